"""Plugins are found, named and isolated: a broken guest has a record, and nobody else notices."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from grassroots import discovery
from grassroots.contracts import hooks
from grassroots.contracts.hooks import CalendarOffer, PackOffer, StorageOffer
from grassroots.contracts.notice import Message
from grassroots.discovery import (
    BUILT_IN,
    Plugins,
    Status,
    find_calendar,
    find_notifier,
    find_storage,
    load_plugins,
    pack_offers,
)
from grassroots.errors import BadInput, PluginError
from grassroots.plugins.sql import SCHEMES

ROOT = Path(__file__).parents[1]

HEAD = """
from grassroots.contracts.notice import Message
from grassroots.contracts.hooks import CalendarOffer, PackOffer, StorageOffer, hookimpl
from grassroots.plugins.memory import Shelf
shelf = Shelf()
def storage(scheme, contract=1):
    return StorageOffer(scheme, shelf.open, shelf.networks, shelf.drop, contract)
"""

GOOD = (
    HEAD
    + """
@hookimpl
def grassroots_storages():
    yield storage("acme")
@hookimpl
def grassroots_packs():
    return [PackOffer("acme-town", lambda: 'title = "Acme town"')]
"""
)

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution with one plugin into a folder on the path."""
    monkeypatch.delenv(discovery.VARIABLE, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    modules: list[str] = []

    def install(distribution: str, source: str, *, name: str | None = None, version: str = "1.2") -> None:
        module = distribution.replace("-", "_") + "_plugin"
        (tmp_path / f"{module}.py").write_text(source, "utf-8")
        folder = tmp_path / f"{distribution.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", "utf-8"
        )
        (folder / "entry_points.txt").write_text(
            f"[grassroots]\n{name or distribution} = {module}\n", "utf-8"
        )
        modules.append(module)

    yield install
    for module in modules:
        sys.modules.pop(module, None)


NOTIFIER = """
from grassroots.contracts.hooks import NotifierOffer, hookimpl
from grassroots.contracts.notice import Delivery, Limits, Notifier
class Bell(Notifier):
    def deliver(self, message):
        return Delivery.delivered(message.notice)
@hookimpl
def grassroots_notifiers():
    yield NotifierOffer("bell", lambda url: Bell(), takes_key=True, limits=Limits(per_minute=20))
"""


def record(plugins: Plugins, name: str) -> discovery.PluginRecord:
    (found,) = [one for one in plugins.records if one.name == name]
    return found


def built_ins_work(plugins: Plugins) -> bool:
    return {"memory", "sqlite"} <= set(plugins.storages) and "lunar" in plugins.calendars


def test_the_built_ins_come_in_by_the_front_door() -> None:
    registered = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert registered["project"]["entry-points"]["grassroots"] == dict(BUILT_IN)


def test_built_ins_are_there_when_the_package_runs_from_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "entry_points", lambda **_: [])
    plugins = load_plugins()
    assert [one.name for one in plugins.records] == sorted(BUILT_IN)
    assert all(one.status is Status.ENABLED and one.distribution == "grassroots" for one in plugins.records)
    assert built_ins_work(plugins)


def test_a_guest_is_loaded_with_its_distribution_and_version(install: Install) -> None:
    install("acme-storage", GOOD, name="acme")
    plugins = load_plugins()
    assert record(plugins, "acme") == discovery.PluginRecord(
        name="acme",
        distribution="acme-storage",
        version="1.2",
        status=Status.ENABLED,
        offers=("packs/acme-town", "storages/acme"),
    )
    assert find_storage("ACME://x", plugins) is plugins.storages["acme"]
    with find_storage("acme://x", plugins).open("acme://x", "street") as storage:
        assert storage.head() == 0
    assert [offer.text() for offer in pack_offers(plugins)] == ['title = "Acme town"']
    assert built_ins_work(plugins)


def test_a_notifier_is_found_by_its_scheme_and_its_address_is_never_repeated(install: Install) -> None:
    install("acme-bell", NOTIFIER, name="bell")
    plugins = load_plugins()
    assert record(plugins, "bell").offers == ("notifiers/bell",)
    offer = find_notifier("BELL://tower", plugins)
    assert (offer.takes_key, offer.limits.per_minute) == (True, 20)
    assert offer.open("bell://tower").deliver(Message(notice="n1")).reference == "n1"
    with pytest.raises(PluginError, match="bell") as unknown:
        find_notifier("smoke://secret@hill", plugins)
    assert unknown.value.code == "notifier-unknown"
    assert "secret" not in str(unknown.value)
    with pytest.raises(BadInput) as wrong:
        find_notifier("secret", plugins)
    assert wrong.value.code == "notifier-url"
    assert "secret" not in str(wrong.value)


BROKEN = {
    "import fails": ("import no_such_library", "No module named 'no_such_library'"),
    "syntax": ("def (", "SyntaxError"),
    "exits while importing": ("raise SystemExit(3)", "SystemExit"),
    "strange exception": ("class Odd(BaseException): pass\nraise Odd('odd')", "Odd: odd"),
    "recursion": ("def f(): f()\nf()", "RecursionError"),
    "hook raises": (
        HEAD + "@hookimpl\ndef grassroots_storages():\n    raise OSError('disk')",
        "OSError: disk",
    ),
    "hook exits": (HEAD + "@hookimpl\ndef grassroots_packs():\n    raise SystemExit", "SystemExit"),
    "raises on the second": (
        HEAD + "@hookimpl\ndef grassroots_storages():\n    yield storage('ok')\n    1 / 0",
        "ZeroDivisionError",
    ),
    "wrong type": (
        HEAD + "@hookimpl\ndef grassroots_storages():\n    return ['sqlite']",
        "str is not a StorageOffer",
    ),
    "wrong offer": (
        HEAD + "@hookimpl\ndef grassroots_storages():\n    yield PackOffer('p', str)",
        "PackOffer is not a StorageOffer",
    ),
    "no list": (HEAD + "@hookimpl\ndef grassroots_storages():\n    return 7", "int is not a list"),
    "endless": (
        HEAD + "@hookimpl\ndef grassroots_storages():\n    n = 0\n    while True:\n        n += 1\n"
        "        yield storage(f's{n}')",
        "more than 100 offers",
    ),
    "same name twice": (
        HEAD + "@hookimpl\ndef grassroots_storages():\n    return [storage('a'), storage('a')]",
        "offered twice",
    ),
    "name not allowed": (
        HEAD + "@hookimpl\ndef grassroots_storages():\n    yield storage('My Storage')",
        "My Storage",
    ),
    "asks for an argument": (
        HEAD + "@hookimpl\ndef grassroots_storages(config):\n    return []",
        "PluginValidationError",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_guest_is_recorded_and_the_others_work(install: Install, case: str) -> None:
    source, cause = BROKEN[case]
    install("a-broken", source, name="broken")
    install("z-good", GOOD, name="good")
    plugins = load_plugins()
    found = record(plugins, "broken")
    assert (found.status, found.offers, found.distribution) == (Status.FAILED, (), "a-broken")
    assert cause in found.error
    assert "a-broken" in found.error
    assert record(plugins, "good").status is Status.ENABLED
    assert built_ins_work(plugins)


def test_ctrl_c_still_stops_everything(install: Install) -> None:
    install("acme", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load_plugins()


def test_a_hook_that_does_not_exist_is_named(install: Install) -> None:
    install("acme", GOOD + "@hookimpl\ndef grassroots_storage():\n    return []\n")
    plugins = load_plugins()
    found = record(plugins, "acme")
    assert found.status is Status.UNKNOWN_HOOK
    assert "grassroots_storage," in found.error
    assert "acme" not in plugins.storages


def test_a_hook_of_a_later_version_may_be_optional(install: Install) -> None:
    install("acme", GOOD + "@hookimpl(optionalhook=True)\ndef grassroots_dreams():\n    return []\n")
    assert record(load_plugins(), "acme").status is Status.ENABLED


def test_a_hook_may_have_nothing_to_offer(install: Install) -> None:
    install("acme", HEAD + "@hookimpl\ndef grassroots_storages():\n    pass\n")
    assert record(load_plugins(), "acme").status is Status.ENABLED


def test_an_old_plugin_that_names_no_contract_is_not_taken_for_a_new_one(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("old", HEAD + "@hookimpl\ndef grassroots_packs():\n    yield PackOffer('old', lambda: '')\n")
    install("new", HEAD + "@hookimpl\ndef grassroots_packs():\n    yield PackOffer('new', lambda: '', 2)\n")
    monkeypatch.setattr(hooks, "CONTRACT", 2)
    monkeypatch.setattr(discovery, "CONTRACT", 2)
    status = {one.name: one.status for one in load_plugins().records}
    assert (status["old"], status["new"]) == (Status.WRONG_CONTRACT, Status.ENABLED)


def test_an_offer_for_another_contract_is_refused_in_words(install: Install) -> None:
    install("acme", HEAD + "@hookimpl\ndef grassroots_storages():\n    yield storage('acme', contract=2)\n")
    plugins = load_plugins()
    found = record(plugins, "acme")
    assert found.status is Status.WRONG_CONTRACT
    assert "contract 2; this version has 1" in found.error
    with pytest.raises(PluginError, match="cannot be used: acme"):
        find_storage("acme:", plugins)


@pytest.mark.parametrize("order", [("a-one", "b-two"), ("b-two", "a-one")])
def test_two_guests_with_one_name_get_it_neither_and_both_are_named(
    install: Install, order: tuple[str, str]
) -> None:
    for distribution in order:
        install(distribution, GOOD)
    plugins = load_plugins()
    for name in order:
        found = record(plugins, name)
        assert found.status is Status.NAME_TAKEN
        assert "a-one" in found.error
        assert "b-two" in found.error
    with pytest.raises(PluginError, match=r"a-one.*b-two") as refused:
        find_storage("acme://x", plugins)
    assert refused.value.code == "plugin-name-taken"
    assert built_ins_work(plugins)
    one = load_plugins(block={"a-one"})
    assert find_storage("acme://x", one).scheme == "acme"


def test_nobody_takes_the_name_of_a_built_in(install: Install) -> None:
    install("aaa", HEAD + "@hookimpl\ndef grassroots_storages():\n    yield storage('sqlite')\n")
    plugins = load_plugins()
    found = record(plugins, "aaa")
    assert found.status is Status.NAME_TAKEN
    assert "grassroots" in found.error
    assert plugins.storages["sqlite"].open.__module__.startswith("grassroots.plugins.sqlite")
    replaced = load_plugins(block={"sqlite"})
    assert replaced.storages["sqlite"].open.__module__ == "grassroots.plugins.memory"


def test_a_guest_may_call_its_plugin_like_a_built_in_and_is_still_a_guest(install: Install) -> None:
    install("acme", GOOD, name="sqlite")
    plugins = load_plugins(allow=())
    both = {one.distribution: one.status for one in plugins.records if one.name == "sqlite"}
    assert both == {"grassroots": Status.ENABLED, "acme": Status.BLOCKED}


@pytest.mark.parametrize(
    ("allow", "block", "environ", "loaded"),
    [
        (None, (), {}, {"one", "two"}),
        (("one",), (), {}, {"one"}),
        ((), (), {}, set()),
        (None, ("one",), {}, {"two"}),
        (("one", "two"), ("one",), {}, {"two"}),
        (None, (), {"GRASSROOTS_PLUGINS": "two"}, {"two"}),
        (None, (), {"GRASSROOTS_PLUGINS": " one , two "}, {"one", "two"}),
        (None, (), {"GRASSROOTS_PLUGINS": ""}, set()),
        (("one",), (), {"GRASSROOTS_PLUGINS": "two"}, {"one"}),
    ],
)
def test_an_application_allows_by_list_and_blocks_by_name(
    install: Install,
    allow: tuple[str, ...] | None,
    block: tuple[str, ...],
    environ: dict[str, str],
    loaded: set[str],
) -> None:
    for name in ("one", "two"):
        install(name, HEAD + f"@hookimpl\ndef grassroots_storages():\n    yield storage({name!r})\n")
    plugins = load_plugins(allow=allow, block=block, environ=environ)
    assert set(plugins.storages) - set(SCHEMES) == {"memory", "sqlite"} | loaded
    for name in {"one", "two"} - loaded:
        assert record(plugins, name).status is Status.BLOCKED
        assert f"{name}_plugin" not in sys.modules, "a blocked plugin was imported"


def test_a_built_in_can_be_blocked_too(install: Install) -> None:
    plugins = load_plugins(block={"memory"})
    assert record(plugins, "memory").status is Status.BLOCKED
    with pytest.raises(PluginError, match=r"Known: .*sqlite"):
        find_storage("memory:", plugins)


def test_an_unknown_scheme_lists_the_known_ones_and_keeps_the_secret() -> None:
    with pytest.raises(PluginError, match=r"Known: .*memory.*sqlite") as refused:
        find_storage("mongodb://clerk:secret@db/network", load_plugins(allow=()))
    assert "secret" not in str(refused.value)


def test_a_path_is_not_a_url() -> None:
    with pytest.raises(BadInput, match=r"memory.*sqlite"):
        find_storage("network", load_plugins(allow=()))


def test_an_unknown_calendar_lists_the_known_ones() -> None:
    plugins = load_plugins(allow=())
    with pytest.raises(PluginError, match="Known: lunar"):
        find_calendar("mayan", plugins)
    assert find_calendar(plugins=plugins).known.first.year == 1900


def test_importing_grassroots_looks_for_nothing_and_loads_no_heavy_library() -> None:
    program = (
        "import sys, importlib.metadata as m\n"
        "def no(*a, **k): raise SystemExit('entry points were looked for')\n"
        "m.entry_points = no\n"
        "import grassroots, grassroots.discovery, grassroots.contracts.hooks\n"
        "heavy = {'borax', 'sqlite3', 'openpyxl', 'jinja2', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "src", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "hook", ["grassroots_storages", "grassroots_calendars", "grassroots_packs", "grassroots_planners"]
)
def test_the_example_of_each_hook_is_a_working_plugin(install: Install, hook: str) -> None:
    lines = (getattr(hooks, hook).__doc__ or "").split("::\n", 1)[1].splitlines()
    install("example", "\n".join(line.removeprefix("        ") for line in lines))
    plugins = load_plugins()
    found = record(plugins, "example")
    assert (found.status, len(found.offers)) == (Status.ENABLED, 1)
    kind, name = found.offers[0].split("/")
    offer = getattr(plugins, kind)[name]
    match offer:
        case StorageOffer():
            offer.open(f"{name}:", "street").close()
        case CalendarOffer():
            assert offer.open().known.first.year == 1900
        case PackOffer():
            assert tomllib.loads(offer.text())


def test_each_problem_can_be_said_in_chinese(install: Install) -> None:
    from grassroots.locale import say

    install("acme", "import no_such_library")
    problem = record(load_plugins(), "acme").problem
    assert problem is not None
    assert "加载失败" in say(problem.code, problem.facts, "zh")


def test_a_distribution_that_is_on_the_path_twice_is_one_plugin(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("acme", GOOD)
    found = list(entry_points(group="grassroots"))
    monkeypatch.setattr(discovery, "entry_points", lambda **_: [*found, *found])
    plugins = load_plugins()
    assert record(plugins, "acme").status is Status.ENABLED
    assert built_ins_work(plugins)

"""The package in examples/grassroots-sms-tencent, as a stranger has it: built, installed and tried."""

from __future__ import annotations

import json
import shutil
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from tests.examples.test_valkey_package import PIP, ROOT, needed, run

PACKAGE = ROOT / "examples" / "grassroots-sms-tencent"


@pytest.fixture(scope="module")
def bin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that holds grassroots and the package as wheels."""
    home = tmp_path_factory.mktemp("stranger")
    build = (*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", home / "wheels")
    run(*build, ROOT, PACKAGE, cwd=home)
    venv.create(home / "env", with_pip=False)
    programs = home / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    site = Path(
        run(programs / "python", "-c", "import site; print(site.getsitepackages()[-1])", cwd=home).strip()
    )
    carried: dict[str, metadata.Distribution] = {}
    needed(Requirement("grassroots[testing]"), carried)
    for distribution in carried.values():
        for file in distribution.files or ():
            if (
                distribution.name != "grassroots"
                and ".." not in file.parts
                and "__pycache__" not in file.parts
            ):
                there = site / file
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(str(file.locate()), there)
    pip = (*PIP[:3], "--python", programs / "python", *PIP[3:])
    run(*pip, "install", "--no-deps", "--no-index", *sorted((home / "wheels").glob("*.whl")), cwd=home)
    run(*pip, "check", cwd=home)
    return programs


def test_its_own_tests_pass_where_it_is_installed(bin: Path, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "tests", tmp_path / "tests")
    shutil.copy(PACKAGE / "pyproject.toml", tmp_path)
    told = run(bin / "python", "-m", "pytest", "-q", "-rs", cwd=tmp_path)
    assert " passed" in told
    assert len((PACKAGE / "tests" / "test_promises.py").read_text("utf-8").splitlines()) <= 12


def test_grassroots_finds_it_and_a_notice_goes_out_by_it(bin: Path, tmp_path: Path) -> None:
    listed = json.loads(run(bin / "grassroots", "plugins", "--json", cwd=tmp_path))
    (mine,) = [one for one in listed["plugins"] if one["distribution"] == "grassroots-sms-tencent"]
    assert (mine["status"], mine["offers"]) == ("enabled", ["notifiers/tencent-sms"])
    code = (
        "import grassroots\n"
        "from grassroots.contracts.notice import Notice, Route\n"
        "from grassroots.delivery import deliver\n"
        "from grassroots.usecases.outbox.teller import Teller\n"
        "url = 'tencent-sms://id:key@127.0.0.1:9?app=1&sign=s&timeout=1&t-duty=1110:day'\n"
        "with grassroots.open('memory://') as network:\n"
        "    outbox = network.desk('steward:office').outbox\n"
        "    ways = [Route('sms', '14400000001')]\n"
        "    outbox.add(Notice(id='n1', key='duty', values={'day': '7-3'}, routes=ways))\n"
        "    outbox.add(Notice(id='n2', key='other', routes=ways))\n"
        "    print(deliver(network, {'sms': url}, teller=Teller()).problems)\n"
        "    print([(one.state.value, one.reason) for one in outbox.all()])\n"
    )
    told = run(bin / "python", "-c", code, cwd=tmp_path).splitlines()
    assert told == ["()", "[('failed', 'unreachable'), ('dead', 'no-template')]"]

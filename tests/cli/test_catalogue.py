"""Packs and plugins can be looked at, and a pack is checked before anybody adopts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.cli.test_network import PACK

from grassroots.packs import shipped, text


def test_the_shipped_packs_are_listed_in_both_languages(run: Run) -> None:
    assert {one["name"] for one in run("packs", "--json").json["packs"]} >= set(shipped())
    assert run("packs", "list").table[0][0] == "pack"
    assert run("packs", "--language", "zh").table[0][0] == "规则包"


def test_a_pack_is_shown_with_each_rule_and_where_it_stands(run: Run) -> None:
    told = run("packs", "show", "network-1-3-n", "--json").json
    assert all(rule["source"] in {source["key"] for source in told["sources"]} for rule in told["rules"])
    assert any("network_node.hub" in row for row in run("packs", "show", "network-1-3-n").table)


def own_pack(path: Path, name: str = "qinghe") -> Path:
    path.write_text(PACK.format(least=1, extends="").replace('"qinghe"', f'"{name}"'), encoding="utf-8")
    return path


URL = "sqlite:///grassroots.db"


def test_the_packs_of_a_network_are_listed_with_those_that_it_adopted(founded: Run, tmp_path: Path) -> None:
    own_pack(tmp_path / "qinghe.toml")
    assert founded("init", "--pack", "qinghe.toml").code == 0
    without = {one["name"]: one for one in founded("packs", "--json").json["packs"]}
    assert "qinghe" not in without
    assert {one["in_force"] for one in without.values()} == {None}
    told = {one["name"]: one for one in founded("packs", "--network", URL, "--json").json["packs"]}
    assert (told["qinghe"]["from"], told["qinghe"]["in_force"]) == ("network", True)
    assert (told["qinghe"]["shipped"], told["cn-national"]["shipped"]) == (False, True)
    assert (told["cn-national"]["from"], told["cn-national"]["in_force"]) == ("shipped", True)
    assert {one["name"]: one["in_force"] for one in told.values()}["befriending-generic"] is False
    rows = founded("packs", "--network", URL, "--language", "zh").table
    assert rows[0][-2:] == ["来自", "启用"]
    assert next(row for row in rows if row[0] == "qinghe")[-2:] == ["本网络", "是"]
    assert "启用" not in founded("packs", "--language", "zh").table[0]


def test_a_pack_that_a_network_adopted_is_shown_as_it_stands_there(founded: Run, tmp_path: Path) -> None:
    own_pack(tmp_path / "qinghe.toml")
    founded("init", "--pack", "qinghe.toml")
    assert founded("packs", "show", "qinghe").code == 2
    told = founded("packs", "show", "qinghe", "--network", URL, "--json").json
    assert [rule["id"] for rule in told["rules"]] == ["station"]


def test_a_pack_adopted_under_the_name_of_a_shipped_one_stands_in_its_place(
    founded: Run, tmp_path: Path
) -> None:
    own_pack(tmp_path / "own.toml", "befriending-generic")
    founded("init", "--pack", "own.toml")
    found = [
        one
        for one in founded("packs", "--network", URL, "--json").json["packs"]
        if one["name"] == "befriending-generic"
    ]
    assert [(one["from"], one["title_zh"], one["in_force"]) for one in found] == [
        ("network", "青禾本地规则", True)
    ]


def test_the_packs_of_a_network_that_is_not_there_are_not_made_up(run: Run) -> None:
    told = run("packs", "--network", "sqlite:///nowhere.db", "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == "cli-network-missing"


def test_a_sound_pack_passes_and_an_unsound_one_is_told_all_that_is_wrong(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sound.toml").write_text(text("cn-national"), encoding="utf-8")
    assert run("packs", "check", "sound.toml").code == 0
    wrong = text("cn-national").replace('version = "1"', 'version = "one"', 1).replace("sure = ", "sur = ", 1)
    (tmp_path / "wrong.toml").write_text(wrong, encoding="utf-8")
    told = run("packs", "check", "wrong.toml", "--json")
    assert told.code == 3
    assert len(told.json["findings"]) >= 2
    words = run("packs", "check", "wrong.toml", "--language", "zh")
    assert words.code == 3
    assert "version" in words.out
    (tmp_path / "none.toml").write_text("[pack", encoding="utf-8")
    assert run("packs", "check", "none.toml", "--json").json["findings"][0]["code"] == "pack-not-toml"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["packs", "show"], "cli-pack-which"),
        (["packs", "check"], "cli-pack-which"),
        (["packs", "show", "nope"], "pack-unknown"),
        (["packs", "check", "absent.toml"], "sheet-not-found"),
        (["packs", "sell"], "cli-usage-behind"),
    ],
)
def test_a_pack_that_is_not_there_is_answered_in_words(run: Run, arguments: list[str], code: str) -> None:
    told = run(*arguments, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code


def test_every_plugin_is_told_with_its_state(run: Run) -> None:
    told = {one["name"]: one for one in run("plugins", "--json").json["plugins"]}
    assert told["sqlite"]["status"] == "enabled"
    assert told["sqlite"]["offers"] == ["storages/sqlite"]
    assert told["sqlite"]["error"] is None
    assert any(row[0] == "sqlite" and row[3] == "可用" for row in run("plugins", "--language", "zh").table)


def test_a_broken_plugin_is_told_with_what_broke_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "acme_grassroots-3.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-grassroots\nVersion: 3.1\n", encoding="utf-8"
    )
    (info / "entry_points.txt").write_text("[grassroots]\nacme = acme_is_not_there\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    told = next(one for one in run("plugins", "--json").json["plugins"] if one["name"] == "acme")
    assert (told["version"], told["status"]) == ("3.1", "failed-to-load")
    assert told["error"]["code"] == "plugin-failed"
    words = run("plugins", "--language", "zh")
    assert words.code == 0
    assert "加载失败" in words.out
    assert "acme_is_not_there" in words.out

"""A network is founded whole or not at all, and told how it differs from its template."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import CHARTER, Run, register

PACK = """
[pack]
name = "qinghe"
version = "1"
title_zh = "青禾本地规则"
title_en = "Qinghe's own rules"
jurisdiction = "CN"
effective_from = 2019-01-01
{extends}

[[source]]
key = "talk"
title = "青禾中心例会"
where = "2019年第一次例会"
kind = "practice"
sure = "medium"
read = "page"

[network_node.station]
source = "talk"
label_zh = "基层站点"
label_en = "station"
nodes_least_count = {least}
nodes_most_count = 3
parents = ["hub"]
functions_required = []
roles_required = []
"""


def _pack(path: Path, least: int = 1, extends: str = "") -> Path:
    path.write_text(PACK.format(least=least, extends=extends), encoding="utf-8")
    return path


def test_a_charter_founds_a_network_and_says_what_was_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "charter.toml").write_text(CHARTER, encoding="utf-8")
    told = run("init", "--charter", "charter.toml", "--language", "zh")
    assert told.code == 0
    assert "已建立网络" in told.out
    assert ["站点", "2", "0"] in told.table
    assert ["角色", "1", "0"] in told.table


def test_the_same_charter_again_changes_nothing_and_a_changed_line_is_set_right(
    founded: Run, tmp_path: Path
) -> None:
    again = founded("init", "--charter", "charter.toml", "--json")
    assert again.json["founded"] is False
    assert sum(again.json["made"].values()) == sum(again.json["changed"].values()) == 0
    (tmp_path / "charter.toml").write_text(CHARTER.replace("南苑站", "南苑服务站"), encoding="utf-8")
    assert founded("init", "--charter", "charter.toml", "--json").json["changed"]["station"] == 1


def test_without_a_charter_the_roles_of_the_packs_are_in_the_catalogue(run: Run) -> None:
    told = run("init", "--zone", "Asia/Urumqi", "--json").json
    assert told["network"]["zone"] == "Asia/Urumqi"
    assert told["made"]["role"] >= 6
    assert run("init", "--json").json["made"]["role"] == 0


def test_a_pack_of_its_own_is_in_force_from_then_on(founded: Run, tmp_path: Path) -> None:
    before = {one["code"] for one in founded("conforms", "--json").json["deviations"]}
    _pack(tmp_path / "qinghe.toml")
    told = founded("init", "--pack", "qinghe.toml", "--json").json
    assert told["adopted"] == ["qinghe"]
    assert told["network"]["packs"][-1] == "qinghe"
    after = founded("conforms", "--json").json["deviations"]
    assert "too-few" in before
    assert "too-few" not in {one["code"] for one in after if one.get("kind") == "station"}


@pytest.mark.parametrize(
    ("charter", "code"),
    [
        ("[network", "charter-unreadable"),
        ('[network]\npacks = ["nowhere"]', "pack-unknown"),
        ('[network]\nzone = "Mars/Base"', "zone-unknown"),
        ("[[shop]]", "charter-unknown-section"),
        (CHARTER + '[[team]]\nname = "无名队"', "charter-without-code"),
        (CHARTER + '[[team]]\ncode = "red"\ncolour = "red"', "charter-unknown-field"),
    ],
)
def test_a_wrong_charter_is_told_in_words_and_founds_nothing(
    run: Run, tmp_path: Path, charter: str, code: str
) -> None:
    (tmp_path / "charter.toml").write_text(charter, encoding="utf-8")
    told = run("init", "--charter", "charter.toml", "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code
    assert run("conforms", "--json").json["error"]["code"] == "cli-network-missing"
    assert code not in run("init", "--charter", "charter.toml", "--language", "zh").err


def test_a_pack_that_cannot_be_opened_with_the_others_is_not_adopted(founded: Run, tmp_path: Path) -> None:
    _pack(tmp_path / "qinghe.toml", extends='extends = ["absent"]')
    assert founded("init", "--pack", "qinghe.toml", "--json").json["error"]["code"] == "pack-bad"
    assert founded("conforms", "--json").code in (0, 3)  # the network can still be opened


def test_a_zone_is_fixed_once_a_network_is_founded(founded: Run) -> None:
    told = founded("init", "--zone", "Europe/Riga")
    assert told.code == 2
    assert "Asia/Shanghai" in told.err


def test_deviations_are_explained_by_station_on_the_reference_day(founded: Run) -> None:
    told = founded("conforms", "--language", "zh")
    assert told.code == 3
    assert told.out.startswith("2021-12-31")
    assert any(row[0] == "南苑站" and "缺少功能" in row[1] for row in told.table)
    english = CHARTER.replace('name = "南苑站"', 'name = "南苑站"\nname_en = "South station"')
    Path("charter.toml").write_text(english, encoding="utf-8")
    founded("init", "--charter", "charter.toml")
    assert any(row[0] == "South station" for row in founded("conforms").table)
    assert founded("conforms", "--json", "--on", "2020-06-30").json["on"] == "2020-06-30"


def test_a_network_that_is_built_as_it_should_be_conforms(founded: Run, tmp_path: Path) -> None:
    # The small network has no functions and no other kinds, and its own pack says that it needs none.
    head, _, station = PACK.format(least=0, extends="").partition("[network_node.station]")
    others = {"hub": "[]", "network": '["hub"]', "post": '["hub"]'}
    own = f"{head}[network_node.station]{station}" + "".join(
        f"[network_node.{kind}]{station}".replace('parents = ["hub"]', f"parents = {parents}")
        for kind, parents in others.items()
    )
    (tmp_path / "qinghe.toml").write_text(own, encoding="utf-8")
    assert founded("init", "--pack", "qinghe.toml").code == 0
    told = founded("conforms", "--json")
    assert told.json == {"on": "2021-12-31", "conforms": True, "deviations": []}
    assert told.code == 0


@pytest.mark.parametrize(
    ("day", "code"),
    [("soon", "date-unreadable"), ("2021-02-30", "no-such-date"), ("2021-06", "date-incomplete")],
)
def test_a_day_that_is_none_is_answered_in_words(founded: Run, day: str, code: str) -> None:
    told = founded("conforms", "--on", day, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["figures"], "cli-network-missing"),
        (["--network", "nowhere", "figures"], "storage-url"),
        (["--network", "oracle://u:secret@host/x", "figures"], "storage-unknown"),
        (["--network", "sqlite:///absent/folder/x.db", "figures"], "cli-network-missing"),
        (["--actor", "nobody", "figures"], "actor-unreadable"),
        (["init", "--charter", "absent.toml"], "sheet-not-found"),
        (["init", "--pack", "absent.toml"], "sheet-not-found"),
    ],
)
def test_what_cannot_be_opened_is_answered_in_words_and_a_slip_founds_nothing(
    run: Run, tmp_path: Path, arguments: list[str], code: str
) -> None:
    told = run(*arguments, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code
    assert not list(tmp_path.iterdir())
    assert "secret" not in run(*arguments).err + told.out


def test_a_file_of_another_program_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(b"dear diary" * 1000)
    told = run("--network", "sqlite:///notes.db", "figures")
    assert told.code == 2
    assert "notes.db" in told.err
    assert (tmp_path / "notes.db").read_bytes() == b"dear diary" * 1000


def test_the_storage_of_the_environment_is_used(
    founded: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "grassroots.db").rename(tmp_path / "other.db")
    assert founded("conforms").code == 2
    monkeypatch.setenv("GRASSROOTS_STORAGE", "sqlite:///other.db")
    assert founded("conforms").code == 3


def test_a_sheet_named_as_storage_is_called_no_database(run: Run, tmp_path: Path) -> None:
    register(tmp_path / "信息表.xlsx")
    before = (tmp_path / "信息表.xlsx").read_bytes()
    told = run("figures", "--network", "sqlite:///信息表.xlsx", "--language", "zh")
    assert told.code == 2
    assert "不是 grassroots 的数据库" in told.err
    assert (tmp_path / "信息表.xlsx").read_bytes() == before

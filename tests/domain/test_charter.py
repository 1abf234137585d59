from __future__ import annotations

from datetime import date

import pytest

from grassroots.domain.charter import CHARTER_ID, Charter, CharterAmended, NetworkFounded
from grassroots.domain.local_pack import LocalPack, PackAdopted
from grassroots.domain.pack import BadPack
from grassroots.domain.step import Step
from grassroots.errors import BadInput

DAY = date(2021, 3, 1)


def charter(zone: str = "Asia/Shanghai") -> Charter:
    return Charter.found(salt=b"\x01" * 16, zone=zone, founded_on=DAY).after


def test_a_network_is_founded_with_its_zone_and_the_trail_holds_no_salt() -> None:
    step = Charter.found(salt=b"\x01" * 16, zone="Asia/Shanghai", founded_on=DAY)
    assert (step.after.id, step.after.salt, step.after.founded_on) == (CHARTER_ID, "01" * 16, DAY)
    assert step.happened == (NetworkFounded(zone="Asia/Shanghai"),)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "UTC+8"])
def test_a_clock_on_the_wall_needs_a_zone_that_exists(zone: str) -> None:
    with pytest.raises(BadInput) as wrong:
        charter(zone)
    assert wrong.value.code == "zone-unknown"


def test_an_amendment_names_its_fields_and_the_same_again_is_none() -> None:
    step = charter().amend(name="灵溪网络", reference_day=DAY)
    assert step.happened == (CharterAmended(fields=("name", "reference_day")),)
    assert step.after.amend(name="灵溪网络") == Step(step.after)


@pytest.mark.parametrize("field", ["salt", "founded_on", "id"])
def test_salt_and_founding_day_stay(field: str) -> None:
    with pytest.raises(BadInput) as wrong:
        charter().amend(**{field: "x"})
    assert wrong.value.facts["fields"] == (field,)


PACK = """
[pack]
name = "district"
version = "1.0"
title_zh = "本区规定"
title_en = "District rules"
jurisdiction = "CN-XX"
effective_from = 2021-01-01
"""


def test_a_pack_of_the_networks_own_is_kept_with_its_version() -> None:
    step = LocalPack.adopt("district", PACK)
    assert step.after == LocalPack(id="district", version="1.0", text=PACK)
    assert step.happened == (PackAdopted(name="district", version="1.0"),)


def test_a_pack_that_is_not_sound_or_calls_itself_otherwise_is_not_adopted() -> None:
    with pytest.raises(BadInput) as wrong:
        LocalPack.adopt("other", PACK)
    assert wrong.value.code == "pack-named-otherwise"
    with pytest.raises(BadPack):
        LocalPack.adopt("district", PACK + '\n[nonsense.x]\nsource = "nowhere"\n')

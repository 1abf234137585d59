from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.usecases.duty_rooms import MONDAY, found_post, post, volunteer

import grassroots
from grassroots.desk import Desk
from grassroots.domain.duty import DutyOverlaps, DutyStatus
from grassroots.domain.rota import SwapOvertaken, SwapRing, SwapStatus, SwapThereAlready, SwapTooLate
from grassroots.errors import BadInput
from grassroots.values.dates import Period
from grassroots.values.ids import DutyId, MemberId

JULY = Period.month(2021, 7)
NAMES = ("林小满", "贺兰山", "方知远", "周岚")


def on_duty(desk: Desk, count: int) -> list[tuple[MemberId, DutyId]]:
    """So many people, each with a duty on a day of their own, from Monday."""
    station = found_post(desk)
    found = []
    for number in range(count):
        member = volunteer(desk, NAMES[number])
        shift = post(desk, station, MONDAY + timedelta(days=number))
        found.append((member, desk.duties.assign(shift.id, member).id))
    return found


def holders(desk: Desk) -> list[MemberId]:
    return [duty.member for _, duties in desk.duties.roster(JULY) for duty in duties if duty.binding]


def test_a_duty_given_away_has_a_new_holder_and_nobody_missed_anything(desk: Desk) -> None:
    (lin, mine), (he, _) = on_duty(desk, 2)
    offer = desk.swaps.give_away(mine)
    assert desk.swaps.give_away(mine).id == offer.id
    assert holders(desk) == [lin, he]  # until somebody takes it, it stays where it is
    done = desk.swaps.agree(offer.id, he)
    assert (done.status, done.taker) == (SwapStatus.DONE, he)
    assert holders(desk) == [he, he]
    assert desk.duties.get(mine).status is DutyStatus.HANDED_ON
    assert desk.swaps.agree(offer.id, he) == done
    assert desk.swaps.open() == []


def test_an_exchange_moves_both(desk: Desk) -> None:
    (lin, mine), (he, theirs) = on_duty(desk, 2)
    offer = desk.swaps.exchange(mine, theirs)
    desk.swaps.agree(offer.id, he)
    assert holders(desk) == [he, lin]


def test_the_rules_hold_for_the_new_holder_and_then_nothing_has_moved(desk: Desk) -> None:
    (lin, mine), (he, _) = on_duty(desk, 2)
    clash = post(desk, desk.duties.get(mine).station, MONDAY, 10, 12)
    desk.duties.assign(clash.id, he)
    offer = desk.swaps.give_away(mine, to=he)
    with pytest.raises(DutyOverlaps):
        desk.swaps.agree(offer.id, he)
    assert desk.duties.get(mine).member == lin
    assert desk.swaps.get(offer.id).status is SwapStatus.OPEN
    assert desk.swaps.agree(offer.id, he, despite="clerk-li").status is SwapStatus.DONE


def test_what_was_swapped_meanwhile_cannot_be_swapped_again(desk: Desk) -> None:
    (_, mine), (he, theirs), (fang, third) = on_duty(desk, 3)
    first, second = desk.swaps.exchange(mine, theirs), desk.swaps.exchange(third, theirs)
    desk.swaps.agree(first.id, he)
    # The second asked for a duty that has changed hands: it asks for nothing any more.
    assert desk.swaps.get(second.id).status is SwapStatus.WITHDRAWN
    offer = desk.swaps.give_away(third)
    desk.duties.excuse(third)
    with pytest.raises(SwapOvertaken):
        desk.swaps.agree(offer.id, he)
    assert desk.duties.get(third).member == fang


def test_a_ring_is_told_in_words_and_done_in_one_go(desk: Desk) -> None:
    three = on_duty(desk, 3)
    (lin, a), (he, b), (fang, c) = three
    swaps = [desk.swaps.exchange(a, b), desk.swaps.exchange(b, c), desk.swaps.exchange(c, a)]
    with pytest.raises(SwapRing) as refused:
        desk.swaps.agree(swaps[0].id, he)
    assert refused.value.facts["count"] == 3
    assert "trade_round" in str(refused.value)
    assert [len(ring) for ring in desk.swaps.rings()] == [3]
    done = desk.swaps.trade_round(swaps[1].id)
    assert {one.status for one in done} == {SwapStatus.DONE}
    # Everybody has the duty that they asked for.
    assert holders(desk) == [fang, lin, he]
    assert desk.swaps.rings() == []


def test_a_swap_that_is_in_no_ring_is_not_traded_round(desk: Desk) -> None:
    (_, a), (_, b) = on_duty(desk, 2)
    with pytest.raises(BadInput):
        desk.swaps.trade_round(desk.swaps.exchange(a, b).id)


def test_after_the_shift_began_it_is_an_absence_and_no_swap(desk: Desk, clock: Any) -> None:
    ((_, mine),) = on_duty(desk, 1)
    clock.go_to(MONDAY, hour=9)
    with pytest.raises(SwapTooLate):
        desk.swaps.give_away(mine)


STRICT = """
[pack]
name = "strict"
version = "1"
title_zh = "本地"
title_en = "local"
jurisdiction = "CN"
effective_from = 2000-01-01
[[source]]
key = "h"
title = "手册"
where = "1"
kind = "practice"
sure = "high"
read = "page"
[duty_policy.changes]
source = "h"
swap_needs_lead = true
"""


def test_where_the_packs_ask_for_a_lead_a_swap_waits_for_one(tmp_path: Path, clock: Any) -> None:
    url = f"sqlite:///{tmp_path}/strict.db"
    with grassroots.open(url, clock=clock) as network:
        network.desk("steward:office").charter.adopt_pack("strict", STRICT)
    with grassroots.open(url, clock=clock) as network:
        desk = network.desk("steward:office")
        (lin, mine), (he, _) = on_duty(desk, 2)
        offer = desk.swaps.give_away(mine)
        with pytest.raises(BadInput):
            desk.swaps.settle(offer.id)
        assert desk.swaps.agree(offer.id, he).status is SwapStatus.AGREED
        assert holders(desk) == [lin, he]
        assert desk.swaps.settle(offer.id).status is SwapStatus.DONE
        assert holders(desk) == [he, he]


def test_nobody_takes_a_second_place_in_the_shift_they_stand_in(desk: Desk) -> None:
    """Two stand in one shift: if one took the other's duty, the shift would be one person short."""
    (lin, mine), (he, theirs) = on_duty(desk, 2)
    shift = desk.duties.get(mine).shift
    beside = desk.duties.assign(shift, he)
    given = desk.swaps.give_away(mine)
    with pytest.raises(SwapThereAlready):
        desk.swaps.agree(given.id, he)
    desk.swaps.withdraw(given.id)
    offer = desk.swaps.exchange(mine, theirs)
    with pytest.raises(SwapThereAlready):
        desk.swaps.agree(offer.id, he)
    assert holders(desk) == [lin, he, he]
    assert desk.duties.get(beside.id).binding

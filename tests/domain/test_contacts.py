"""What keeping up a pairing promises: nobody is left alone unnoticed, and a pause stops the clock."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.domain.contacts import Norm, counting_days, next_due, overdue
from grassroots.domain.pairing import Contact, ContactOutcome, EndReason, Medium, Pairing, PairingStatus
from grassroots.errors import BadInput
from grassroots.values.dates import Span
from grassroots.values.ids import ContactId, MemberId, PairingId, SchemeId

START = date(2021, 9, 1)
WEEKLY = Norm(times=1, days=7)
TWICE = Norm(times=2, days=7)
_ids = count()


def day(number: int) -> date:
    return START + timedelta(number)


def pairing(**fields: object) -> Pairing:
    told = {"status": PairingStatus.ACTIVE, "started": START, **fields}
    return Pairing(
        id=PairingId("p"),
        scheme=SchemeId("s"),
        supporter=MemberId("a"),
        recipient=MemberId("b"),
        **told,  # type: ignore[arg-type]
    )


def contact(number: int, **fields: object) -> Contact:
    told = {"medium": Medium.PHONE, **fields}
    return Contact(
        id=ContactId(f"c{next(_ids)}"),
        pairing=PairingId("p"),
        supporter=MemberId("a"),
        recipient=MemberId("b"),
        on=day(number),
        by=MemberId("a"),
        **told,  # type: ignore[arg-type]
    )


def test_the_first_contact_is_due_within_the_norm_from_the_beginning() -> None:
    assert overdue(pairing(), [], WEEKLY, day(7)) is None
    found = overdue(pairing(), [], WEEKLY, day(8))
    assert found is not None
    assert (found.due, found.last, found.late) == (day(7), None, 1)


def test_each_contact_starts_the_clock_anew() -> None:
    assert overdue(pairing(), [contact(5)], WEEKLY, day(12)) is None
    found = overdue(pairing(), [contact(5)], WEEKLY, day(13))
    assert found is not None
    assert found.last == day(5)


def test_two_a_week_are_not_kept_by_one() -> None:
    found = overdue(pairing(), [contact(2)], TWICE, day(8))
    assert found is not None
    assert found.due == day(7)
    assert overdue(pairing(), [contact(2), contact(6)], TWICE, day(9)) is None
    assert overdue(pairing(), [contact(2), contact(6)], TWICE, day(10)) is not None


def test_an_attempt_leaves_the_person_alone_and_another_medium_does_not_count_either() -> None:
    tried = contact(5, outcome=ContactOutcome.ATTEMPTED)
    assert overdue(pairing(), [tried], WEEKLY, day(8)) is not None
    visits = Norm(times=1, days=7, media=frozenset({Medium.VISIT}))
    assert overdue(pairing(), [contact(5)], visits, day(8)) is not None


def test_nobody_is_overdue_during_a_pause_and_its_days_do_not_count_afterwards() -> None:
    paused = pairing().pause(day(5)).after
    stopped = next_due(paused, [], WEEKLY, day(60))
    assert stopped is not None
    assert stopped.due is None
    assert overdue(paused, [], WEEKLY, day(60)) is None
    resumed = paused.resume(day(61)).after
    # Days 1 to 4 had gone by before the pause; 61, 62 and 63 complete the seven.
    assert overdue(resumed, [], WEEKLY, day(63)) is None
    found = overdue(resumed, [], WEEKLY, day(64))
    assert found is not None
    assert (found.due, found.late) == (day(63), 1)


def test_a_contact_during_a_pause_counts_all_the_same() -> None:
    resumed = pairing().pause(day(5)).after.resume(day(21)).after
    found = next_due(resumed, [contact(10)], WEEKLY, day(22))
    assert found is not None
    assert found.due == day(27)


def test_a_pairing_that_is_proposed_or_ended_or_has_not_begun_owes_nothing() -> None:
    proposed = pairing(status=PairingStatus.PROPOSED, started=None)
    ended = pairing().end(day(1), EndReason.PLANNED).after
    assert overdue(proposed, [], WEEKLY, day(99)) is None
    assert overdue(ended, [], WEEKLY, day(99)) is None
    assert next_due(pairing(), [], WEEKLY, day(-1)) is None


def test_norms_are_read_as_the_packs_write_them() -> None:
    rules = {
        "contacts_least_count": 2,
        "contacts_within_days": 7,
        "contact_means": ("phone", "voice-message"),
    }
    assert Norm.from_scheme(rules) == Norm(times=2, days=7, media=frozenset({Medium.PHONE, Medium.MESSAGE}))
    assert Norm.from_scheme({}) is None
    assert Norm.from_tier({"visits_least_count": 1, "visits_within_months": 1}).days == 31
    with pytest.raises(BadInput):
        Norm(times=0, days=7)


pauses = st.lists(st.integers(0, 120), unique=True, max_size=6).map(
    lambda edges: tuple(
        Span(day(one), day(other))
        for one, other in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
    )
)


@given(st.integers(0, 60), st.integers(0, 120), pauses)
def test_counting_days_are_the_days_that_a_calendar_shows_outside_every_pause(
    first: int, more: int, spans: tuple[Span, ...]
) -> None:
    ticked = [
        one for one in range(first + 1, first + more + 1) if not any(span.covers(day(one)) for span in spans)
    ]
    assert counting_days(day(first), day(first + more), spans) == len(ticked)


@given(st.lists(st.integers(0, 100), max_size=8), st.integers(1, 3), st.integers(1, 14), pauses)
def test_somebody_is_overdue_on_exactly_the_counting_days_after_the_due_day(
    made: list[int], times: int, within: int, spans: tuple[Span, ...]
) -> None:
    one, norm = pairing(pauses=spans), Norm(times=times, days=within)
    contacts = [contact(number) for number in made]
    for number in range(0, 140):
        found = next_due(one, contacts, norm, day(number))
        assert found is not None
        if found.due is not None:
            assert (found.late > 0) == (day(number) > found.due)
            # Told without arithmetic: too few contacts in the counting days that the norm looks back on.
            back, window = number, 0
            while back > 0 and window < within:
                window += not any(span.covers(day(back)) for span in spans)
                back -= 1
            alone = sum(back < other <= number for other in made) < times
            if window == within and found.late > 0:
                assert alone

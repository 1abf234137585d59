"""What pairings promise: who may be paired with whom, and that each has one beginning and one end."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from grassroots.domain.fields import FieldGroup, groups_of
from grassroots.domain.member import Dated, Member, MemberStatus
from grassroots.domain.pairing import (
    KEPT_UP,
    TRANSITIONS,
    AgeBand,
    AlreadyPaired,
    Contact,
    ContactOutcome,
    EndReason,
    Fit,
    Medium,
    NotTakingPart,
    OutsidePairing,
    PairedWithOneself,
    Pairing,
    PairingNotTheirs,
    PairingProposed,
    PairingStatus,
    ReviewOutcome,
    Scheme,
    SupporterFull,
    WrongAgeBand,
)
from grassroots.domain.states import WrongState
from grassroots.errors import BadInput
from grassroots.values.dates import Ages, PartialDate, Span
from grassroots.values.ids import ContactId, MemberId, PairingId, SchemeId

ON = date(2021, 9, 1)
SCHEME = Scheme.from_rules(
    SchemeId("young-old-oldest-old"),
    {
        "supporter_age_band": "young-old",
        "recipient_age_band": "oldest-old",
        "recipients_per_supporter_count": 2,
    },
    {"young-old": {"first_age_years": 60, "last_age_years": 69}, "oldest-old": {"first_age_years": 80}},
)


def person(id_: str, born: str | None) -> Member:
    known = None if born is None else Dated(PartialDate.parse(born))
    return Member(id=MemberId(id_), name=f"成员{id_}", born=known)


YOUNG, OLD = person("young", "1956-05-01"), person("old", "1938-02-28")


def propose(supporter: Member = YOUNG, recipient: Member = OLD, **fields: object) -> PairingProposed:
    told = {"id": PairingId("p"), "scheme": SCHEME, "live": (), "on": ON, **fields}
    step = Pairing.propose(supporter=supporter, recipient=recipient, **told)  # type: ignore[arg-type]
    event = step.happened[0]
    assert isinstance(event, PairingProposed)
    return event


def live(number: int, recipient: str = "x") -> Pairing:
    return Pairing(
        id=PairingId(f"p{number}"),
        scheme=SCHEME.code,
        supporter=YOUNG.id,
        recipient=MemberId(f"{recipient}{number}"),
    )


def begun() -> Pairing:
    return (
        Pairing(id=PairingId("p"), scheme=SCHEME.code, supporter=YOUNG.id, recipient=OLD.id).begin(ON).after
    )


def test_a_pairing_that_fits_is_proposed_with_nothing_left_open() -> None:
    assert propose().unchecked == ()


def test_nobody_is_paired_with_themselves() -> None:
    with pytest.raises(PairedWithOneself):
        propose(YOUNG, YOUNG)
    with pytest.raises(PairedWithOneself):
        Pairing(id=PairingId("p"), scheme=SCHEME.code, supporter=OLD.id, recipient=OLD.id)


@pytest.mark.parametrize("status", [MemberStatus.DECEASED, MemberStatus.LEFT, MemberStatus.MERGED])
def test_who_died_left_or_was_merged_is_not_paired(status: MemberStatus) -> None:
    gone = attrs.evolve(OLD, status=status)
    with pytest.raises(NotTakingPart):
        propose(YOUNG, gone)
    with pytest.raises(NotTakingPart):
        propose(attrs.evolve(YOUNG, status=status), OLD)


def test_one_supporter_has_at_most_as_many_people_as_the_scheme_says() -> None:
    with pytest.raises(SupporterFull) as refused:
        propose(live=[live(1), live(2)])
    assert (refused.value.facts["has"], refused.value.facts["most"]) == (2, 2)
    ended = live(2).end(ON, EndReason.MOVED).after
    assert propose(live=[live(1), ended]).overridden == ()


def test_going_beyond_the_maximum_takes_a_name_that_stays_out_of_the_journal() -> None:
    step = Pairing.propose(
        id=PairingId("p"),
        scheme=SCHEME,
        supporter=YOUNG,
        recipient=OLD,
        live=[live(1), live(2)],
        on=ON,
        despite="站长",
    )
    assert step.after.despite == "站长"
    assert "站长" not in str(step.happened)
    assert step.happened[0] == PairingProposed(
        scheme=SCHEME.code, supporter=YOUNG.id, recipient=OLD.id, overridden=("supporter-full",)
    )


def test_a_name_that_was_not_needed_is_not_kept() -> None:
    step = Pairing.propose(
        id=PairingId("p"), scheme=SCHEME, supporter=YOUNG, recipient=OLD, live=(), on=ON, despite="站长"
    )
    assert step.after.despite is None


@pytest.mark.parametrize("born", ["1951-09-01", "1950", "1940"])
def test_an_age_that_is_certainly_outside_the_band_is_refused_even_if_only_the_year_is_known(
    born: str,
) -> None:
    with pytest.raises(WrongAgeBand) as refused:
        propose(person("s", born), OLD)
    assert refused.value.facts["problem"] == "supporter-age"


@pytest.mark.parametrize("born", [None, "1941"])
def test_an_age_that_the_record_leaves_open_is_a_finding_and_no_refusal(born: str | None) -> None:
    # Born in 1941 somebody is 79 or 80 on 1 September 2021, and the scheme asks for 80.
    assert propose(YOUNG, person("r", born)).unchecked == ("recipient-age",)


def test_the_birthday_itself_decides() -> None:
    assert propose(YOUNG, person("r", "1941-09-01")).unchecked == ()
    with pytest.raises(WrongAgeBand):
        propose(YOUNG, person("r", "1941-09-02"))


def test_the_same_two_are_not_paired_twice_under_one_scheme() -> None:
    there = Pairing(id=PairingId("p1"), scheme=SCHEME.code, supporter=YOUNG.id, recipient=OLD.id)
    with pytest.raises(AlreadyPaired):
        propose(live=[there], despite="站长")


def test_a_scheme_without_ages_or_maximum_asks_for_none() -> None:
    free = Scheme.from_rules(SchemeId("delegate-person-in-need"), {}, {})
    assert (
        propose(person("a", None), person("b", None), scheme=free, live=[live(n) for n in range(9)]).unchecked
        == ()
    )


@given(st.integers(0, 120), st.integers(0, 20), st.integers(0, 120), st.integers(0, 40))
def test_a_range_of_ages_is_in_out_or_open_as_its_single_ages_are(
    low: int, more: int, first: int, wide: int
) -> None:
    band = AgeBand(first, first + wide)
    single = {band.fit(Ages(age, age)) for age in range(low, low + more + 1)}
    assert band.fit(Ages(low, low + more)) is (single.pop() if len(single) == 1 else Fit.OPEN)


# -- the life of a pairing --------------------------------------------------------------------------------
def test_a_pause_lasts_until_the_day_before_it_is_resumed() -> None:
    paused = begun().pause(date(2021, 9, 10)).after
    assert paused.resume(date(2021, 9, 20)).after.pauses == (Span(date(2021, 9, 10), date(2021, 9, 19)),)


def test_a_pause_that_is_resumed_on_the_same_day_leaves_no_trace() -> None:
    assert begun().pause(ON).after.resume(ON).after == begun()


def test_an_end_while_paused_closes_the_pause() -> None:
    ended = begun().pause(date(2021, 9, 10)).after.end(date(2021, 9, 12), EndReason.ILLNESS).after
    assert ended.pauses == (Span(date(2021, 9, 10), date(2021, 9, 12)),)


def test_an_end_is_for_good() -> None:
    ended = begun().end(date(2021, 10, 1), EndReason.PLANNED).after
    for verb in ("begin", "pause", "resume"):
        with pytest.raises(WrongState):
            getattr(ended, verb)(date(2021, 10, 2))
    assert ended.end(date(2021, 11, 1), EndReason.MOVED).after is ended


def test_nothing_happens_before_what_happened_last() -> None:
    with pytest.raises(BadInput):
        begun().pause(ON - timedelta(1))
    with pytest.raises(BadInput):
        begun().pause(date(2021, 9, 10)).after.resume(date(2021, 9, 9))
    with pytest.raises(BadInput):
        begun().end(ON - timedelta(1), EndReason.PLANNED)
    paused_once = begun().pause(date(2021, 9, 10)).after.resume(date(2021, 9, 12)).after
    with pytest.raises(BadInput) as refused:
        paused_once.pause(date(2021, 9, 11))  # still a day of the first pause
    assert refused.value.code == "pairing-day-too-early"
    assert refused.value.facts["first"] == "2021-09-12"
    assert paused_once.pause(date(2021, 9, 12)).after.status is PairingStatus.PAUSED


def test_why_a_pairing_ended_stands_in_the_case_and_never_in_the_journal() -> None:
    step = begun().end(ON, EndReason.SAFEGUARDING)
    assert "safeguarding" not in str(step.happened)
    assert groups_of(Pairing)["end_reason"] is FieldGroup.CASE


def test_dates_that_do_not_go_with_the_status_make_no_record() -> None:
    sound = begun()
    first, last = date(2021, 9, 10), date(2021, 9, 12)
    for fields in (
        {"started": None},
        {"ended": ON},
        {"status": PairingStatus.PAUSED},
        {"status": PairingStatus.ENDED},
        {"status": PairingStatus.PROPOSED},
        {"pauses": (Span(first),)},
        {"pauses": (Span(date(2021, 8, 1), last),)},
        {"pauses": (Span(first, last), Span(last, last))},
        {"pauses": (Span(first, last), Span(date(2021, 9, 1), date(2021, 9, 2)))},
    ):
        with pytest.raises(BadInput):
            attrs.evolve(sound, **fields)


class PairingMachine(RuleBasedStateMachine):
    """Any order of verbs on days that may go back: sound, or refused and unchanged."""

    def __init__(self) -> None:
        super().__init__()
        self.one = Pairing(id=PairingId("p"), scheme=SCHEME.code, supporter=YOUNG.id, recipient=OLD.id)
        self.ended: Pairing | None = None
        self.last = ON

    @rule(
        verb=st.sampled_from(["accept", "try_out", "begin", "pause", "resume", "end"]),
        days=st.integers(0, 60),
        by=st.sampled_from([YOUNG.id, OLD.id]),
    )
    def turn(self, verb: str, days: int, by: MemberId) -> None:
        on = ON + timedelta(days)
        row = TRANSITIONS[self.one.status]
        if verb == "accept":
            self.accept(by, on)
            return
        given = {"end": (on, EndReason.PLANNED), "try_out": (on, on + timedelta(days=30))}.get(verb, (on,))
        try:
            step = getattr(self.one, verb)(*given)
        except WrongState:
            assert verb not in row
            return
        except BadInput:
            # Where the table says yes, only a day before what happened last is refused.
            assert verb in row
            assert on <= self.last
            return
        assert step.after.status is row.get(verb, self.one.status)
        assert bool(step.happened) == (verb in row)
        if step.happened:
            self.last = max(self.last, on)
        self.one = step.after
        if self.one.status is PairingStatus.ENDED:
            self.ended = self.ended or self.one

    def accept(self, by: MemberId, on: date) -> None:
        before = self.one
        try:
            step = before.accept(by, on)
        except WrongState:
            assert by not in before.agreed
            assert "accept" not in TRANSITIONS[before.status]
            return
        assert bool(step.happened) == (by not in before.agreed)
        both = {*before.agreed, by} == {YOUNG.id, OLD.id}
        assert (step.after.status is PairingStatus.AGREED) == both or not step.happened
        self.one = step.after

    @rule(days=st.integers(0, 60), outcome=st.sampled_from(ReviewOutcome))
    def review(self, days: int, outcome: ReviewOutcome) -> None:
        try:
            step = self.one.review(ON + timedelta(days), outcome)
        except WrongState:
            assert self.one.status not in KEPT_UP
            return
        except BadInput:
            assert self.one.started is not None
            assert ON + timedelta(days) < self.one.started
            return
        assert step.after.review(ON + timedelta(days), outcome).happened == ()
        assert step.after.status is self.one.status
        self.one = step.after

    @invariant()
    def what_stands_can_be_made_again(self) -> None:
        assert attrs.evolve(self.one) == self.one

    @invariant()
    def the_end_never_moves(self) -> None:
        assert self.ended is None or self.one == self.ended


TestPairingMachine = PairingMachine.TestCase


def test_only_the_two_can_say_yes_and_both_have_to() -> None:
    one = Pairing(id=PairingId("p"), scheme=SCHEME.code, supporter=YOUNG.id, recipient=OLD.id)
    half = one.accept(OLD.id, ON).after
    assert half.status is PairingStatus.PROPOSED
    assert half.accept(YOUNG.id, ON).after.status is PairingStatus.AGREED
    with pytest.raises(PairingNotTheirs):
        one.accept(MemberId("neighbour"), ON)


def test_a_trial_keeps_its_first_day_and_asks_to_be_looked_at() -> None:
    one = Pairing(id=PairingId("p"), scheme=SCHEME.code, supporter=YOUNG.id, recipient=OLD.id)
    tried = one.try_out(ON, ON + timedelta(days=30)).after
    assert tried.review_due(6) == ON + timedelta(days=30)
    on = ON + timedelta(days=30)
    begun = tried.review(on, ReviewOutcome.GOES_ON).after.begin(on).after
    assert (begun.status, begun.started) == (PairingStatus.ACTIVE, ON)
    assert begun.review_due(6) == date(2022, 4, 1)
    assert begun.review_due(None) is None
    sooner = begun.review(date(2021, 12, 1), ReviewOutcome.CHANGE, date(2021, 12, 15)).after
    assert sooner.review_due(6) == date(2021, 12, 15)
    assert sooner.pause(date(2021, 12, 2)).after.review_due(6) is None
    with pytest.raises(BadInput):
        one.try_out(ON, ON)


# -- contacts ---------------------------------------------------------------------------------------------
def record(pairing: Pairing | None = None, **fields: object) -> Contact:
    told = {"id": ContactId("c"), "on": ON, "today": date(2021, 12, 1), "medium": Medium.PHONE, **fields}
    return Contact.record(pairing or begun(), **told).after  # type: ignore[arg-type]


def test_a_contact_lies_within_its_pairing_and_not_in_the_future() -> None:
    ended = begun().end(date(2021, 10, 1), EndReason.PLANNED).after
    for pairing, on in (
        (begun(), ON - timedelta(1)),
        (begun(), date(2021, 12, 2)),
        (ended, date(2021, 10, 2)),
        (Pairing(id=PairingId("p"), scheme=SCHEME.code, supporter=YOUNG.id, recipient=OLD.id), ON),
    ):
        with pytest.raises(OutsidePairing):
            record(pairing, on=on)
    assert record(ended, on=date(2021, 10, 1)).on == date(2021, 10, 1)


def test_an_attempt_has_no_length() -> None:
    with pytest.raises(BadInput):
        record(outcome=ContactOutcome.ATTEMPTED, minutes=5)


def test_a_contact_is_made_by_the_supporter_unless_somebody_stood_in() -> None:
    assert record().by == YOUNG.id
    assert record(by=MemberId("other")).by == "other"


def test_what_was_confided_is_a_case_note_and_never_in_the_journal() -> None:
    step = Contact.record(
        begun(), id=ContactId("c"), on=ON, today=ON, medium=Medium.VISIT, note="老人说近来睡不好"
    )
    assert groups_of(Contact)["note"] is FieldGroup.CASE
    assert "睡" not in str(step.happened)


def test_a_contact_is_not_corrected_out_of_its_pairing() -> None:
    with pytest.raises(OutsidePairing):
        record().correct(begun(), ON, on=ON - timedelta(1))
    assert record().correct(begun(), ON, medium=Medium.PHONE).happened == ()
    with pytest.raises(BadInput):
        record().correct(begun(), ON, recipient=YOUNG.id)

"""The outbox at work: follows, gathers, waits, tries again, gives up, and says what became of everything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from tests.usecases.outbox.stage import Hand, Provider, Welcome, staged

import grassroots
from grassroots.contracts.notice import (
    Delivery,
    Doubt,
    Limits,
    Message,
    Notice,
    Notifier,
    Route,
    Withdrawal,
)
from grassroots.contracts.storage import Query
from grassroots.delivery import deliver
from grassroots.domain.member import MemberRegistered
from grassroots.domain.outbox import ParcelState
from grassroots.domain.terms import Terms
from grassroots.errors import Denied, Locked, Missing
from grassroots.plugins.keys import KeySet
from grassroots.usecases.outbox.box import ACTOR, Box
from grassroots.usecases.outbox.teller import Admission, Teller, Telling
from grassroots.workspace.codec import Happened
from grassroots.workspace.reading import Reading

SMS = (Route("sms", "14400000001"),)


def notice(id: str, **fields: object) -> Notice:
    return attrs.evolve(Notice(id=id, to="M1", key="welcome", routes=SMS), **fields)  # type: ignore[arg-type]


def refuse(message: Message) -> Delivery:
    return Delivery.refused("no-such-number")


def busy(message: Message) -> Delivery:
    return Delivery.retry("busy")


# -- following --------------------------------------------------------------------------------------------
def test_what_was_committed_is_told_once_and_nothing_else() -> None:
    stage, hand = staged(), Hand(Provider())
    stage.desk.members.register(name="卯大山")
    with pytest.raises(ValueError, match="name"):
        stage.desk.members.register(name="")
    for _ in range(3):
        stage.work(hand)
    assert len(hand.provider.got) == 1
    assert stage.states() == {"sent": 1}


def test_a_network_that_had_no_outbox_is_not_told_its_whole_past() -> None:
    stage = staged().again()
    stage.desk.members.register(name="卯大山")
    late = attrs.evolve(stage, annex=type(stage.annex)())  # type: ignore[misc]
    assert late.follower(late.box()).begin() == stage.seat.office.storage.head()
    late.work(Hand(Provider()))
    assert late.parcels() == []


def test_an_entry_with_more_notices_than_a_batch_holds_is_planned_whole() -> None:
    class Many(Teller):
        def plan(self, happened: Happened, telling: Telling) -> Iterable[Notice]:
            if isinstance(happened.event, MemberRegistered):
                for number in range(1_234):
                    yield notice(telling.notice_id(happened, str(number)))

    stage = staged(Many())
    stage.desk.members.register(name="卯大山")
    box = stage.box()
    assert stage.follower(box).step() == 1
    assert stage.desk.outbox.standing().states["new"] == 1_234
    assert stage.follower(box).step() == 0


class Odd(Welcome):
    """Fails over one of three people, in the middle of what it plans."""

    broken = True

    def plan(self, happened: Happened, telling: Telling) -> Iterable[Notice | Withdrawal]:
        if isinstance(happened.event, MemberRegistered):
            yield from super().plan(happened, telling)
            if self.broken and telling.reading.trail()[2].position == happened.position:
                raise ZeroDivisionError("王秀英")


def test_an_entry_that_cannot_be_planned_stops_nobody_and_can_be_replayed() -> None:
    stage, hand = staged(Odd()), Hand(Provider())
    for name in ("甲", "乙", "丙"):
        stage.desk.members.register(name=name)
    stage.work(hand)
    assert len(hand.provider.got) == 3
    (dead,) = stage.desk.outbox.all(state="dead")
    assert (dead.reason, dead.notice.values["problem"]) == ("plan-failed", "ZeroDivisionError")
    assert "王秀英" not in str(stage.box().office.storage.journal(after=0, limit=1_000))
    stage.desk.outbox.replay(dead.id)
    stage.work(hand)
    assert stage.desk.outbox.get(dead.id).state is ParcelState.DEAD
    stage.teller.broken = False  # type: ignore[attr-defined]
    stage.desk.outbox.replay(dead.id)
    stage.work(hand)
    assert stage.desk.outbox.get(dead.id).state is ParcelState.CANCELLED
    assert len(hand.provider.got) == 3, "what it had yielded before it failed stands already"


# -- gathering and withdrawing ----------------------------------------------------------------------------
def test_what_waits_is_gathered_with_what_is_new() -> None:
    class Digest(Welcome):
        def gather(self, waiting: Notice, new: Notice) -> Notice:
            lines = (*waiting.values["lines"], *new.values["lines"])  # type: ignore[misc]
            return attrs.evolve(new, values={"lines": lines})

    stage, hand = staged(Digest()), Hand(Provider())
    for number in range(3):
        news = notice(f"n{number}", collapse="digest/M1", values={"lines": (f"{number}",)})
        stage.desk.outbox.add(news, teller=stage.teller)
    assert stage.states() == {"cancelled": 2, "new": 1}
    (waiting,) = [one for one in stage.parcels() if one.waits]
    assert waiting.notice.values["lines"] == ("0", "1", "2")
    stage.work(hand)
    assert hand.provider.got == ["n2"]
    stage.desk.outbox.add(notice("n3", collapse="digest/M1", values={"lines": ("3",)}), teller=stage.teller)
    assert stage.desk.outbox.get("n3").notice.values["lines"] == ("3",), "what was sent is not gathered"


def test_in_one_portion_too() -> None:
    stage = staged()
    stage.desk.outbox.add(*(notice(f"n{number}", collapse="c") for number in range(5)))
    assert {one.id: one.state.value for one in stage.parcels()} == {
        **dict.fromkeys(("n0", "n1", "n2", "n3"), "cancelled"), "n4": "new",
    }  # fmt: skip


def test_what_is_withdrawn_is_not_sent() -> None:
    stage, hand = staged(), Hand(Provider())
    stage.desk.outbox.add(notice("n1", collapse="duty/D1"), notice("n2", collapse="duty/D2"))
    stage.desk.outbox.add(Withdrawal(collapse="duty/D1", reason="called-off"))
    stage.work(hand)
    assert hand.provider.got == ["n2"]
    assert stage.desk.outbox.get("n1").reason == "called-off"


def test_adding_twice_is_adding_once() -> None:
    stage = staged()
    assert stage.desk.outbox.add(notice("n1"), notice("n2")) == 2
    assert stage.desk.outbox.add(notice("n1"), notice("n3")) == 1
    assert stage.states() == {"new": 3}


# -- when -------------------------------------------------------------------------------------------------
def test_nothing_goes_before_its_moment_or_after_its_use() -> None:
    stage, hand = staged(), Hand(Provider())
    soon, late = stage.clock.now + timedelta(hours=1), stage.clock.now + timedelta(hours=2)
    stage.desk.outbox.add(
        notice("early", not_before=soon),
        notice("over", expires=soon),
        notice("both", not_before=late, expires=late),
        notice("passed", expires=stage.clock.now),
    )
    assert stage.desk.outbox.get("passed").state is ParcelState.EXPIRED
    hand.answer = busy
    stage.work(hand)
    hand.answer = None
    stage.clock.go(3600)
    stage.work(hand)
    assert hand.provider.got == ["early"]
    stage.clock.go(3600)
    stage.work(hand)
    assert hand.provider.got == ["early"]
    assert stage.states() == {"sent": 1, "expired": 3}


@pytest.mark.parametrize("takes_key", [True, False])
def test_the_teller_is_asked_right_before_sending(takes_key: bool) -> None:
    class Quiet(Welcome):
        until = None

        def admit(self, notice: Notice, route: Route, telling: Telling) -> Admission:
            if notice.to == "opted-out":
                return Admission.never("opted-out")
            return Admission.later(self.until) if self.until else Admission.now()

    teller = Quiet()
    stage = staged(teller)
    hand = Hand(Provider(takes_key))
    teller.until = stage.clock.now + timedelta(hours=8)
    stage.desk.outbox.add(notice("n1"), notice("n2", to="opted-out"))
    stage.work(hand)
    held = stage.desk.outbox.get("n1")
    assert (hand.provider.got, held.state, held.attempts) == ([], ParcelState.NEW, 0)
    assert stage.desk.outbox.get("n2").reason == "opted-out"
    stage.clock.go(8 * 3600)
    teller.until = None
    stage.work(hand)
    assert hand.provider.got == ["n1"]


def test_urgent_ones_go_first() -> None:
    stage, hand = staged(), Hand(Provider(takes_key=False))
    stage.desk.outbox.add(notice("a"), notice("b"), notice("z", urgency="urgent"))
    stage.work(hand)
    assert hand.provider.got == ["z", "a", "b"]


# -- ways -------------------------------------------------------------------------------------------------
def test_a_route_that_refuses_gives_way_to_the_next_and_the_last_to_a_dead_letter() -> None:
    stage = staged()
    stage.desk.outbox.add(notice("n1", routes=(*SMS, Route("mail", "wang@example.net"))))
    stage.work(Hand(Provider(), "sms", answer=refuse))
    mail = Hand(Provider(), "mail", answer=refuse)
    stage.work(mail)
    dead = stage.one()
    assert (dead.state, dead.reason, dead.way) == (ParcelState.DEAD, "no-such-number", 1)
    mail.answer = None
    assert stage.desk.outbox.replay_all(reason="other") == 0
    assert stage.desk.outbox.replay_all(reason="no-such-number") == 1
    stage.work(Hand(Provider(), "sms", answer=refuse))
    stage.work(mail)
    assert (stage.one().state, stage.one().sent_by) == (ParcelState.SENT, "mail")


def test_a_notice_without_a_way_is_a_dead_letter_and_never_lost_from_sight() -> None:
    stage = staged()
    stage.desk.outbox.add(notice("n1", routes=()))
    assert (stage.one().state, stage.one().reason) == (ParcelState.DEAD, "no-route")


def test_tries_wait_longer_and_longer_then_the_next_way_is_taken() -> None:
    stage = attrs.evolve(staged(), terms=Terms(tries=3, first_wait=10, longest_wait=100))
    stage.desk.outbox.add(notice("n1"))
    hand, moments = Hand(Provider(), answer=busy), []
    while stage.one().state is not ParcelState.DEAD:
        before = stage.one().attempts
        stage.work(hand)
        if stage.one().attempts != before:
            moments.append(stage.clock.now)
        stage.clock.go(1)
        assert len(moments) < 10
    assert stage.one().attempts == 3
    assert moments[-1] - moments[0] <= timedelta(seconds=31)


def test_a_providers_own_wait_counts_where_it_is_longer() -> None:
    stage = staged()
    stage.desk.outbox.add(notice("n1"))
    stage.work(Hand(Provider(), answer=lambda message: Delivery.retry("busy", after=600)))
    due = stage.one().due
    assert due is not None
    assert due >= stage.clock.now + timedelta(seconds=600)


# -- limits and rests -------------------------------------------------------------------------------------
def test_a_robot_gets_twenty_a_minute_also_from_several_workers() -> None:
    stage, provider = staged(), Provider(takes_key=False)
    stage.desk.outbox.add(*(notice(f"n{number:02}") for number in range(50)))
    hands = [Hand(provider, limits=Limits(per_minute=20)) for _ in range(2)]
    counts = []
    for _ in range(4):
        workers = [stage.worker(hand) for hand in hands]
        while workers:
            workers = [worker for worker in workers if next(worker, None) is not None]
        counts.append(len(provider.got))
        stage.clock.go(59)
        stage.work(hands[0])
        assert len(provider.got) == counts[-1], "not within the minute"
        stage.clock.go(1)
    assert counts == [20, 40, 50, 50]
    assert stage.courier(hands[0]).round_.wait is None


def test_a_worker_says_how_long_its_channel_has_to_wait() -> None:
    stage, hand = staged(), Hand(Provider(), limits=Limits(per_minute=1))
    stage.desk.outbox.add(notice("n1"), notice("n2"))
    assert stage.work(hand).round_.wait == 60
    stage.clock.go(20)
    assert stage.work(hand).round_.wait == 40


@pytest.mark.parametrize("takes_key", [True, False])
def test_a_dead_channel_is_left_in_peace_and_its_parcels_lose_no_try(takes_key: bool) -> None:
    stage = attrs.evolve(staged(), terms=Terms(trip_after=3, first_rest=30, first_wait=1, longest_wait=1))
    stage.desk.outbox.add(*(notice(f"n{number:03}") for number in range(100)))
    asked = 0

    def down(message: Message) -> Delivery:
        nonlocal asked
        asked += 1
        return Delivery.retry("unreachable")

    hand = Hand(Provider(takes_key), answer=down)
    stage.work(hand)
    assert asked == 3
    assert sum(one.attempts for one in stage.parcels()) == 3
    stage.work(hand)
    assert asked == 3, "it rests"
    stage.clock.go(31)
    stage.work(hand)
    assert asked == 4, "one is tried"
    hand.answer = None
    stage.clock.go(61)
    stage.work(hand)
    stage.clock.go(61)
    stage.work(hand)
    assert len(set(hand.provider.got)) == len(hand.provider.got) == 100


@pytest.mark.parametrize("takes_key", [True, False])
def test_one_poisoned_notice_delays_none(takes_key: bool) -> None:
    stage = attrs.evolve(staged(), terms=Terms(trip_after=3, first_wait=1, longest_wait=1))

    def poisoned(message: Message) -> Delivery:
        return Delivery.uncertain("plugin-raised") if message.notice == "n00" else Delivery.delivered()

    hand = Hand(Provider(takes_key), answer=poisoned)
    for number in range(30):
        stage.desk.outbox.add(notice(f"n{number:02}"))
    stage.work(hand)
    assert len(hand.provider.got) == 29, "all others at once"
    for _ in range(10):
        stage.clock.go(30)
        stage.desk.outbox.add(notice(f"later{stage.clock.now:%H%M%S}"))
        stage.work(hand)
    assert len(hand.provider.got) == 39
    poison = stage.desk.outbox.get("n00")
    assert poison.state is (ParcelState.DEAD if takes_key else ParcelState.UNCERTAIN)


# -- words ------------------------------------------------------------------------------------------------
def test_words_that_fail_kill_that_notice_alone() -> None:
    class Tongue(Welcome):
        def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
            if notice.id == "n1":
                raise KeyError("林小雨")
            if notice.id == "n2":
                return attrs.evolve(super().word(notice, route, telling), notice="another")
            return super().word(notice, route, telling)

    stage, hand = staged(Tongue()), Hand(Provider())
    stage.desk.outbox.add(*(notice(f"n{number}") for number in range(4)))
    stage.work(hand)
    assert hand.provider.got == ["n0", "n3"]
    assert [one.reason for one in stage.desk.outbox.all(state="dead")] == ["words-failed"] * 2
    assert hand.noted == [("teller-raised", "KeyError"), ("teller-raised", "ValueError")]


def test_a_repetition_bears_a_sign_where_the_provider_would_not_see_it() -> None:
    stage, hand = staged(), Hand(Provider(takes_key=False))
    stage.desk.outbox.add(notice("n1"))
    stage.work(hand)
    (message,) = hand.provider.messages
    assert message.text == f"欢迎您加入。〔通知 {message.code}〕"
    keyed = Hand(Provider())
    stage.desk.outbox.add(notice("n2"))
    stage.work(keyed)
    assert keyed.provider.messages[0].text == "欢迎您加入。"


def test_bytes_are_counted_and_nothing_is_cut() -> None:
    class Long(Welcome):
        def word(self, notice: Notice, route: Route, telling: Telling) -> Message:
            message = super().word(notice, route, telling)
            return attrs.evolve(message, text="值" * 30, short="值班" if notice.id == "short" else "")

    stage = staged(Long())
    hand = Hand(Provider(takes_key=False), limits=Limits(text_bytes=89))
    stage.desk.outbox.add(notice("long"), notice("short"))
    stage.work(hand)
    assert [one.text[:2] for one in hand.provider.messages] == ["值班"]
    assert stage.desk.outbox.get("long").reason == "too-long"
    fits = Hand(Provider(), limits=Limits(text_bytes=90))
    stage.desk.outbox.replay("long")
    stage.work(fits)
    assert len(fits.provider.got) == 1


# -- calls ------------------------------------------------------------------------------------------------
def test_what_a_person_has_to_do_becomes_one_call() -> None:
    stage = staged()
    hand = Hand(Provider(), "phone", answer=lambda message: Delivery.task("phone"))
    stage.desk.outbox.add(notice("n1", to="", routes=[Route("phone", "14400000001")], collapse="duty/D1"))
    stage.work(hand)
    (call,) = stage.desk.calls.waiting(medium="phone")
    assert (call.id, call.address, call.text) == ("n1", "14400000001", "欢迎您加入。")
    assert stage.one().reference == "n1"
    stage.desk.outbox.add(notice("n2", to="", collapse="duty/D1"))
    assert stage.desk.calls.waiting() == [], "what is superseded is not called out any more"
    again = stage.courier(hand)._ask  # a crash before marking: the same parcel is asked for again
    message = Message(notice="n1", to="14400000001", text="欢迎您加入。")
    parcel = attrs.evolve(stage.one() if len(stage.parcels()) == 1 else stage.desk.outbox.get("n1"))
    again(parcel, message, "phone")
    assert len(stage.desk.calls.all()) == 1


def test_a_withdrawal_drops_calls_that_nobody_made() -> None:
    stage = staged()
    for number, collapse in enumerate(("a", "b")):
        hand = Hand(Provider(), "phone", answer=lambda message: Delivery.task("phone"))
        stage.desk.outbox.add(notice(f"n{number}", to="", routes=[Route("phone", "1")], collapse=collapse))
        stage.work(hand)
    stage.desk.calls.reached("n0")  # type: ignore[arg-type]
    stage.desk.outbox.add(Withdrawal(collapse="a"), Withdrawal(collapse="b"))
    assert {call.id: call.state.value for call in stage.desk.calls.all()} == {
        "n0": "reached",
        "n1": "dropped",
    }


# -- people's business ------------------------------------------------------------------------------------
def test_no_contents_stand_in_any_journal() -> None:
    stage, hand = staged(), Hand(Provider(takes_key=False), answer=refuse)
    stage.desk.outbox.add(notice("n1", values={"name": "林小雨"}, doubt=Doubt.HOLD))
    stage.work(hand)
    stage.desk.outbox.replay("n1")
    stage.desk.outbox.cancel("n1")
    told = str(stage.box().office.storage.journal(after=0, limit=1_000))
    assert "replay" in told
    for secret in ("林小雨", "14400000001", "欢迎", "welcome", "M1"):
        assert secret not in told


def test_a_volunteer_learns_nothing_of_what_others_are_told() -> None:
    stage = staged()
    stage.desk.outbox.add(notice("n1", values={"name": "林小雨"}))
    volunteer = type(stage.desk)(stage._here(stage.network.desk("volunteer:hai").seat))
    (seen,) = volunteer.outbox.all()
    assert seen.state is ParcelState.NEW
    assert (seen.to, seen.key, seen.routes, seen.about, seen.values) == ("", "", (), (), "")
    with pytest.raises(Denied):
        volunteer.outbox.add(notice("n2"))
    with pytest.raises(Denied):
        volunteer.outbox.cancel("n1")


def test_a_person_is_forgotten() -> None:
    stage, hand = staged(), Hand(Provider())
    stage.desk.outbox.add(notice("n1"), notice("n2", to="M2"))
    stage.work(hand)
    stage.desk.outbox.add(notice("n3"))
    assert stage.desk.outbox.forget("M1") == 2
    assert [one.id for one in stage.parcels()] == ["n2"]
    assert stage.desk.outbox.forget("M1") == 0


def test_a_parcels_own_trail_says_what_people_did() -> None:
    stage = staged()
    stage.desk.outbox.add(notice("n1", routes=()))
    stage.desk.outbox.cancel("n1", reason="moved")
    assert [(verb, why) for _, verb, why in stage.desk.outbox.trail("n1")] == [
        ("bury", "no-route"),
        ("cancel", "moved"),
    ]
    with pytest.raises(Missing):
        stage.desk.outbox.trail("n9")


def test_a_worker_that_was_thought_dead_comes_too_late() -> None:
    """It stood still for two minutes between sending and marking; another had the parcel meanwhile."""
    for takes_key in (True, False):
        stage, provider = staged(), Provider(takes_key)
        stage.desk.outbox.add(notice("n1"))
        slow = stage.courier(Hand(provider))
        steps = slow.round()
        while next(steps).value != "sent":
            continue
        stage.clock.go(121)
        stage.work(Hand(provider))
        for _ in steps:
            continue
        assert slow.round_.late == 1
        assert stage.one().state is ParcelState.SENT
        assert stage.one().doubts == (0 if takes_key else 1)
        assert provider.seen["n1"] == (1 if takes_key else 2)


@pytest.mark.in_clear(reason="seals its network itself")
def test_beside_a_sealed_network_the_outbox_is_sealed_too(tmp_path: Path) -> None:
    """Also one that was open before: what waits in it is sealed when the network is opened with keys."""
    url = f"sqlite:///{tmp_path / 'sealed.db'}"
    keys = KeySet({"k1": bytes(range(32))}, "test")
    with grassroots.open(url) as network:
        network.desk("steward:office").outbox.add(notice("n0", values={"name": "林小雨"}))
    with grassroots.open(url, keys=keys) as network:
        desk = network.desk("steward:office")
        desk.outbox.add(notice("n1", values={"name": "林小雨"}))
        rows = Box(network.desk(ACTOR).seat.office).office.storage.find(Query("parcel"))
        assert len(rows) == 2
        for row in rows:
            for secret in ("林小雨", "14400000001"):
                assert secret.encode() not in row.body
        hung = {}

        class Line(Notifier):
            takes_key = True

            def deliver(self, message: Message) -> Delivery:
                hung[message.notice] = message.values["name"]
                return Delivery.delivered()

        deliver(network, {"sms": Line()}, teller=Teller())
        assert hung == {"n0": "林小雨", "n1": "林小雨"}
        assert [one.state.value for one in desk.outbox.all()] == ["sent", "sent"]
    with pytest.raises(Locked):
        grassroots.open(url)


def test_a_look_at_what_a_child_was_told_is_remembered_in_the_network() -> None:
    stage = staged()
    stage.clock.now = stage.clock.now.replace(year=2026)  # the rule is of 2024
    child = stage.desk.members.register(name="巳小禾", born="2016-03")
    stage.desk.outbox.add(notice("n1", to=child.id))
    before = len(Reading(stage.desk.seat).trail())
    stage.desk.outbox.get("n1")
    told = Reading(stage.desk.seat).trail(after=before)
    assert [one.code for one in told] == ["records-accessed"]


def test_patience_that_is_longer_than_a_lease_does_not_stop_everything() -> None:
    stage = attrs.evolve(staged(), terms=Terms(lease=1.0))
    hand = attrs.evolve(Hand(Provider()), patience=30.0)
    stage.desk.outbox.add(notice("n1"), notice("n2"))
    assert stage.work(hand).round_.verbs["release"] == 0
    assert hand.provider.got == ["n1", "n2"]

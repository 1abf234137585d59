"""Notices, messages and deliveries are plain data that hold their own limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from grassroots.contracts.notice import (
    Delivery,
    Doubt,
    Limits,
    Message,
    Notice,
    Notifier,
    Outcome,
    Route,
    Urgency,
    Withdrawal,
)
from grassroots.contracts.storage import Ref
from grassroots.errors import BadInput


def test_a_notice_says_to_whom_about_what_and_by_which_ways() -> None:
    notice = Notice(
        id="n1",
        to="M1",
        about=[Ref("duty", "D1")],
        key="duty-tomorrow",
        values={"station": "灵溪站", "hours": 3, "names": ["甲", "乙"]},
        routes=[Route("sms", "14400000001"), Route("phone", "14400000001")],
        urgency="urgent",
        expires=datetime(2021, 7, 3, tzinfo=UTC),
    )
    assert notice.urgency is Urgency.URGENT
    assert notice.doubt is Doubt.RESEND
    assert notice.values["names"] == ("甲", "乙")
    assert [route.channel for route in notice.routes] == ["sms", "phone"]


def test_values_cannot_be_changed_behind_the_back_of_the_outbox() -> None:
    given = {"a": "1"}
    notice = Notice(id="n1", key="k", values=given)
    given["a"] = "2"
    assert notice.values["a"] == "1"
    with pytest.raises(TypeError):
        notice.values["a"] = "3"  # type: ignore[index]


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "no id": (lambda: Notice(id="", key="k"), "storage-id"),
    "key with blanks": (lambda: Notice(id="n", key="duty tomorrow"), "notice-key"),
    "channel in capitals": (lambda: Route("SMS"), "notice-channel-name"),
    "channel with an at": (lambda: Route("sms@x"), "notice-channel-name"),
    "address too long": (lambda: Route("sms", "1" * 501), "notice-address"),
    "half a character": (lambda: Route("sms", "\ud800"), "notice-address"),
    "value of another type": (lambda: Notice(id="n", key="k", values={"a": 1.5}), "notice-value"),  # type: ignore[dict-item]
    "flag as a value": (lambda: Notice(id="n", key="k", values={"a": True}), "notice-value"),
    "value without a name": (lambda: Notice(id="n", key="k", values={"A b": 1}), "notice-value-name"),
    "too many routes": (lambda: Notice(id="n", key="k", routes=[Route("a")] * 9), "notice-too-many"),
    "a sentence as a reason": (lambda: Delivery.refused("Mr Wang has moved"), "notice-reason"),
    "waiting backwards": (lambda: Delivery.retry("busy", after=-1), "notice-after"),
    "waiting for ever": (lambda: Delivery.retry("busy", after=float("inf")), "notice-after"),
    "waiting for nothing": (lambda: Delivery.retry("busy", after=float("nan")), "notice-after"),
    "no messages a minute": (lambda: Limits(per_minute=0), "notice-limit"),
    "reason of a withdrawal": (lambda: Withdrawal(collapse="c", reason="Because!"), "notice-key"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_meant_is_refused_in_words(case: str) -> None:
    make, code = WRONG[case]
    with pytest.raises(BadInput) as refused:
        make()
    assert refused.value.code == code
    assert str(refused.value)


def test_a_moment_without_a_zone_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Notice(id="n", key="k", expires=datetime(2021, 7, 3))  # noqa: DTZ001


def test_each_outcome_has_its_own_maker() -> None:
    made = [
        Delivery.delivered("r"),
        Delivery.accepted("r"),
        Delivery.refused("no-such-number"),
        Delivery.retry("busy", after=3),
        Delivery.uncertain("lost"),
        Delivery.task("phone"),
    ]
    assert [one.outcome for one in made] == list(Outcome)


def test_a_notifier_is_one_method() -> None:
    class Bell(Notifier):
        def deliver(self, message: Message) -> Delivery:
            return Delivery.delivered(message.notice)

    with Bell() as bell:
        assert bell.deliver(Message(notice="n1", text="叮")).reference == "n1"
    assert bell.takes_key is None
    assert bell.limits is None

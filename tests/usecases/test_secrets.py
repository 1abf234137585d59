"""Opening what the policy hides: with a purpose, with an entry first, one for a page of people."""

from __future__ import annotations

import logging
import pickle
import traceback

import attrs
import pytest
from tests.sealed import keys

import grassroots
from grassroots.desk import Desk
from grassroots.domain.policy import Action, Effect, Policy, PolicyRow, Relation
from grassroots.domain.secrets import ValuesOpened
from grassroots.errors import BadInput, Denied, Missing, Unreachable
from grassroots.network import Network

MARKS = ("密春", "密夏", "14477778888", "密山小区7栋", "密病在身")


@pytest.fixture(params=[True, False], ids=["sealed", "open"])
def network(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    with grassroots.open("memory://", network="test", keys=keys() if request.param else None) as opened:
        yield opened


def auditor(network: Network, *groups: str, purpose: str = "complaint-7") -> Desk:
    """An auditor who may open these groups for this purpose, beside what the packs say."""
    seat = network.desk("auditor:wu").seat
    rows = tuple(
        PolicyRow(
            id=f"open-{group}", posture="auditor", relation=Relation.ANY, kind="member", group=group,
            action=action.value, purpose=purpose, effect=Effect.ALLOW, pack="town", version="1",
        )
        for group in groups
        for action in (Action.OPEN,)
    )  # fmt: skip
    general = PolicyRow(
        id="look", posture="auditor", relation=Relation.ANY, kind="member", group="general",
        action="read", purpose="*", effect=Effect.ALLOW, pack="town", version="1",
    )  # fmt: skip
    policy = Policy((*seat.office.policy.rows, general, *rows), seat.office.policy.masks)
    return Desk(attrs.evolve(seat, office=attrs.evolve(seat.office, policy=policy)))


def people(network: Network) -> list[str]:
    desk = network.desk("steward:office")
    return [
        desk.members.register(
            name=f"欧阳密{season}", phone="14477778888", address="密山小区7栋", health_note="密病在身"
        ).id
        for season in "春夏秋"
    ]


def trail(network: Network) -> list[ValuesOpened]:
    seat = network.desk("steward:office").seat
    events = [seat.office.codec.decode_fact(one) for one in seat.office.storage.journal(after=0, limit=1000)]
    return [one.event for one in events if isinstance(one.event, ValuesOpened)]


def test_a_page_of_people_is_opened_in_one_act_with_one_entry(network: Network) -> None:
    ids = people(network)
    desk = auditor(network, "contact")
    hidden = desk.members.get(ids[0])  # type: ignore[arg-type]
    assert hidden.phone in (None, "144****8888")
    opened = desk.secrets.open("member", ids, groups=["contact"], purpose="complaint-7")
    assert [one.id for one in opened] == ids
    assert {one.record.phone for one in opened} == {"14477778888"}
    assert {one.record.health_note for one in opened} == {None}  # it was not asked for
    assert {one.record.name for one in opened} == {hidden.name}
    assert trail(network) == [ValuesOpened(purpose="complaint-7", groups=("contact",), records=3)]


def test_what_may_not_be_opened_is_refused_and_nothing_is_shown_or_written(network: Network) -> None:
    ids = people(network)
    desk = auditor(network, "contact")
    for groups, purpose in (
        (["health"], "complaint-7"),
        (["contact", "health"], "complaint-7"),
        (["contact"], "curiosity"),
    ):
        with pytest.raises(Denied) as refused:
            desk.secrets.open("member", ids, groups=groups, purpose=purpose)
        assert refused.value.facts["action"] == "open"
    with pytest.raises(Missing):
        desk.secrets.open("member", [*ids, "nobody"], groups=["contact"], purpose="complaint-7")
    for bad in (
        {"groups": ["wages"], "purpose": "complaint-7"}, {"groups": [], "purpose": "complaint-7"},
        {"groups": ["contact"], "purpose": "I would like to know"}, {"groups": ["contact"], "purpose": ""},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            desk.secrets.open("member", ids, **bad)
    with pytest.raises(BadInput):
        desk.secrets.open("person", ids, groups=["contact"], purpose="complaint-7")
    with pytest.raises(BadInput):
        desk.secrets.open("member", [], groups=["contact"], purpose="complaint-7")
    assert trail(network) == []


def test_nobody_has_seen_what_no_entry_tells_of(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = people(network)
    desk = auditor(network, "contact")

    def broken(_: object) -> int:
        raise Unreachable

    monkeypatch.setattr(desk.seat.office.storage, "commit", broken)
    with pytest.raises(Unreachable):
        desk.secrets.open("member", ids, groups=["contact"], purpose="complaint-7")


def test_what_was_opened_prints_as_masks_and_is_not_pickled(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    desk = auditor(network, "identity", "contact", "health")
    opened = desk.secrets.open(
        "member", people(network), groups=["identity", "contact", "health"], purpose="complaint-7"
    )
    assert opened[0].record.health_note == "密病在身"
    logging.getLogger("town").warning("opened %s and %r", opened, opened[0])
    try:
        raise RuntimeError(opened)
    except RuntimeError as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    shown = f"{opened!r} {opened[0]} {caplog.text} {told}"
    assert [mark for mark in MARKS if mark in shown] == []
    assert "'欧阳**'" in shown
    with pytest.raises(Denied):
        pickle.dumps(opened)


def test_an_error_about_a_stored_value_does_not_quote_it(network: Network) -> None:
    from grassroots.domain.member import Member
    from grassroots.errors import Corrupt

    codec = network.desk("steward:office").seat.office.codec
    spec = network.desk("steward:office").seat.office.kinds.of(Member)
    for fields in (
        '"name":["密春"]',
        '"name":"密春","born":"密春"',
        '"name":"密春","limits":["密春"]',
        '"name":{"密春":1}',
    ):
        body = f'{{"k":"member","v":1,"s":"00","r":{{"id":"M1",{fields}}}}}'.encode()
        with pytest.raises(Corrupt) as refused:
            codec.decode(spec, body)
        told = "".join(traceback.format_exception(refused.value)) + repr(refused.value.facts)
        assert "密春" not in told

"""Who is forgotten takes nothing from others with them: names that hold theirs, numbers that are shared."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from tests.usecases.test_erasing import opened

from grassroots.contracts.notice import Notice, Route
from grassroots.desk import Desk
from grassroots.errors import Corrupt, Locked
from grassroots.usecases.erasing import erase_person, plan_erasure
from grassroots.usecases.outbox.box import Box
from grassroots.usecases.outbox.forgetting import forget_parcels
from grassroots.values.ids import MemberId
from grassroots.values.mentions import Mentions

NUMBER = "14400000001"


def people(desk: Desk) -> dict[str, MemberId]:
    known = {
        name: desk.members.register(name=name, phone=NUMBER if name in ("李明", "周桂英") else None).id
        for name in ("李明", "李明亮", "周桂英", "卯大山")
    }
    desk.reach.note(known["李明"], ways=[("mail", "li@example.org"), ("wecom", "liming")])
    return known


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "open"])
def test_calls_and_notices_that_name_somebody_of_a_longer_name_stay(tmp_path: Path, sealed: bool) -> None:
    with opened(tmp_path / "town.db", sealed) as network:
        desk = network.desk("steward:office")
        known = people(desk)
        texts = {
            "theirs": "请告诉卯大山：李明不能来。", "longer": "请告诉卯大山：李明亮不能来。",
            "both": "李明和李明亮对调。", "number": "请回电 144 0000 0001。",
            "other": "订单1144000000012已到。",
        }  # fmt: skip
        calls = {
            what: desk.calls.ask(medium="phone", member=known["卯大山"], text=text).id
            for what, text in texts.items()
        }
        sms = [Route("sms", "14400000009")]
        notices = [
            Notice(id=f"n-{what}", to=known["卯大山"], key="k", values={"text": text}, routes=sms)
            for what, text in texts.items()
        ]
        wife = Notice(id="n-wife", to=known["周桂英"], key="k", routes=[Route("sms", NUMBER)])
        group = Notice(id="n-group", key="k", routes=[Route("sms", "144-0000-0001"), Route("phone", "")])
        mail = Notice(id="n-mail", key="k", routes=[Route("mail", "Li@Example.org")])
        elsewhere = Notice(id="n-elsewhere", key="k", routes=[Route("mail", "lili@example.org")])
        own = Notice(id="n-own", to=known["李明"], key="k", routes=[Route("wecom", "liming")])
        desk.outbox.add(*notices, wife, group, mail, elsewhere, own)

        erase_person(desk.seat, known["李明"], ground="asked-by-person")

        left = {call.id: call.text for call in desk.calls.waiting()}
        assert {what for what, id_ in calls.items() if id_ in left} == {"longer", "other"}
        assert {one.id for one in desk.outbox.all()} == {"n-longer", "n-other", "n-wife", "n-elsewhere"}
        assert desk.members.get(known["李明亮"]).name == "李明亮"
        assert desk.members.get(known["周桂英"]).phone == NUMBER, "their keys are not touched"


def test_whoever_was_told_of_them_keeps_all_that_is_theirs(tmp_path: Path) -> None:
    """A call to a neighbour is sealed with the neighbour's own key: it goes, and the key stays."""
    with opened(tmp_path / "town.db") as network:
        desk = network.desk("steward:office")
        neighbour = desk.members.register(name="卯大山", phone="14400000009").id
        desk.members.correct(neighbour, phone="14400000008")
        goes = desk.members.register(name="李明").id
        told = [desk.calls.ask(medium="phone", member=neighbour, text="李明不能来。").id for _ in range(2)]
        desk.calls.reached(told[0])
        other = desk.calls.ask(medium="phone", member=neighbour, text="明天开会。").id
        erase_person(desk.seat, goes, ground="asked-by-person")
        assert desk.members.get(neighbour).phone == "14400000008"
        assert len(desk.members.history(neighbour)) == 1
        assert desk.calls.get(other).text == "明天开会。"
        assert "李明" not in desk.calls.get(told[0]).text
        assert [call.id for call in desk.calls.waiting()] == [other]
        left = plan_erasure(desk.seat, goes)
        assert (left.blanked, left.erased) == ((), ())


def test_a_former_name_or_number_is_theirs_too_and_a_courtesy_title_is_not(tmp_path: Path) -> None:
    with opened(tmp_path / "town.db", False) as network:
        desk = network.desk("steward:office")
        other = desk.members.register(name="卯大山").id
        goes = desk.members.register(name="李老师", phone=NUMBER).id
        desk.members.correct(goes, name="李明月")
        desk.members.correct(goes, name="李明越", phone="14400000002")
        for id_, text in (("n1", "李明月"), ("n2", NUMBER), ("n3", "李老师"), ("n4", "李明越")):
            notice = Notice(id=id_, to=other, key="k", values={"text": text}, routes=[Route("phone", "")])
            desk.outbox.add(notice)
        erase_person(desk.seat, goes, ground="asked-by-person")
        assert [one.id for one in desk.outbox.all()] == ["n3"]


def test_what_is_planned_while_somebody_is_being_forgotten_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that still met them puts a parcel into the outbox after it was emptied of theirs."""
    from grassroots.usecases import erasing

    with opened(tmp_path / "town.db", False) as network:
        desk = network.desk("steward:office")
        known = people(desk)
        last = erasing._last

        def late(*asked: object) -> object:
            desk.outbox.add(
                Notice(id="n-late", to=known["李明"], key="k", routes=[Route("phone", NUMBER)]),
                Notice(
                    id="n-named",
                    to=known["卯大山"],
                    key="k",
                    values={"text": "李明"},
                    routes=[Route("phone")],
                ),
            )
            return last(*asked)  # type: ignore[arg-type]

        monkeypatch.setattr(erasing, "_last", late)
        erase_person(desk.seat, known["李明"], ground="asked-by-person")
        assert desk.outbox.all() == []


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        (Locked("key-destroyed"), True), (Locked("key-lost"), True), (Corrupt("corrupt"), True),
        (Locked("no-keys"), False),
    ],
)  # fmt: skip
def test_what_cannot_be_read_goes_only_where_nobody_ever_will(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, gone: bool
) -> None:
    with opened(tmp_path / "town.db", False) as network:
        desk = network.desk("steward:office")
        notice = Notice(id="n1", to="M9", key="k", values={"text": "天气"}, routes=[Route("phone")])
        desk.outbox.add(notice, attrs.evolve(notice, id="n2"))

        def unread(self: Box, stored: object) -> object:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(Box, "parcel", unread)
            wanted = Mentions({"李明"}, ())
            if gone:
                assert forget_parcels(desk.seat.office, ("M1",), wanted) == 2
            else:
                with pytest.raises(Locked):
                    forget_parcels(desk.seat.office, ("M1",), wanted)
        assert len(desk.outbox.all()) == (0 if gone else 2)

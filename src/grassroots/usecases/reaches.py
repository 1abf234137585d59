"""How people are reached, at a desk; and the words of notices that the office sets itself."""

from __future__ import annotations

from datetime import date
from string import Template
from typing import Any, final

import attrs

from grassroots.contracts.storage import Is
from grassroots.domain.addressing import Addressing
from grassroots.domain.checks import one_of
from grassroots.domain.member import Member
from grassroots.domain.policy import Action
from grassroots.domain.reach import LANGUAGES, Kinship, Reach, Way
from grassroots.domain.topics import Topic
from grassroots.domain.wording import NoticeText, NoticeTextTakenBack, Variant
from grassroots.errors import BadInput
from grassroots.locale import catalogue
from grassroots.usecases.telling.words import BLANKS, usual_code
from grassroots.values.ids import MemberId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Reaches(Room):
    """The room ``desk.reach``."""

    @act
    def note(self, work: Work, /, member: MemberId, **fields: Any) -> Reach:
        """Note how somebody wants to be reached: ``ways``, ``quiet_from``, ``quiet_until``, ``digest_at``
        (times on their wall), ``zone`` (IANA), ``language`` ("zh", "en"). Only what is named changes.

        ``ways`` are (channel, address) pairs in order; an address of "" is the number in the register. An
        address is made plain (full-width characters, blanks); BadInput says what is wrong with one that
        cannot be used in its channel, as the packs know it: nothing is written then.
        """
        if "ways" in fields:
            known = Addressing.of(work.office.packs, work.today)
            fields["ways"] = tuple(_plain(known, way) for way in fields["ways"])
        return work.keep(_of(work, member).note(**fields))

    @act
    def refuse(self, work: Work, member: MemberId, *topics: Topic | str) -> Reach:
        """They want no notices of these topics any more; with no topic named, of none at all.

        From a paper sheet, take a desk with ``sheet=``: its number stays in the trail.
        """
        return work.keep(_of(work, member).refuse(topics or tuple(Topic)))

    @act
    def want(self, work: Work, member: MemberId, *topics: Topic | str) -> Reach:
        """They want these topics again; with no topic named, all of them."""
        return work.keep(_of(work, member).want(topics or tuple(Topic)))

    @act
    def copy_to(
        self,
        work: Work,
        member: MemberId,
        other: MemberId,
        *,
        kinship: Kinship | str,
        agreed: date | None = None,
        topics: tuple[Topic | str, ...] = (),
    ) -> Reach:
        """The member agreed (today, or on a day) that a child or neighbour is told as well."""
        work.load(Member, other)
        step = _of(work, member).copy_to(other, kinship, agreed=agreed or work.today, topics=topics)
        return work.keep(step)

    @act
    def end_copy(self, work: Work, member: MemberId, other: MemberId) -> Reach:
        """They are no longer told."""
        return work.keep(_of(work, member).end_copy(other))

    @look
    def get(self, reading: Reading, member: MemberId) -> Reach:
        """How somebody is reached; for somebody about whom nothing was noted, the empty record."""
        reading.get(Member, member)
        return reading.peek(Reach, member) or Reach.unknown(member)

    # -- the office's own words ---------------------------------------------------------------------------
    @act
    def set_text(
        self, work: Work, key: str, text: str, *, variant: Variant | str = Variant.PLAIN, language: str = "zh"
    ) -> NoticeText:
        """Set the words of one kind of notice; blanks are written ``${day}``.

        Raises BadInput ``notice-kind-unknown``, ``language-unknown`` and what
        :meth:`grassroots.domain.wording.NoticeText.set` raises.
        """
        blanks = _blanks(key)
        step = NoticeText.set(
            key=key, variant=one_of(Variant, variant), language=_language(language), text=text, known=blanks
        )
        standing = work.peek(NoticeText, step.after.id)
        return step.after if standing == step.after else work.keep(step)

    @act
    def usual_text(
        self, work: Work, key: str, *, variant: Variant | str = Variant.PLAIN, language: str = "zh"
    ) -> None:
        """Take the office's own words back: those of the catalogue count again."""
        _blanks(key)
        variant = one_of(Variant, variant)
        standing = work.peek(NoticeText, NoticeText.id_of(key, variant, _language(language)))
        if standing is not None:
            work.drop(standing, NoticeTextTakenBack(key=key, variant=variant, language=language))

    @look
    def text(
        self, reading: Reading, key: str, *, variant: Variant | str = Variant.PLAIN, language: str = "zh"
    ) -> str:
        """The words in force, with their blanks."""
        _blanks(key)
        variant = one_of(Variant, variant)
        own = reading.peek(NoticeText, NoticeText.id_of(key, variant, _language(language)))
        return own.text if own is not None else catalogue(language)[usual_code(key, variant)]

    @look
    def own_texts(self, reading: Reading, key: str | None = None) -> list[NoticeText]:
        """The words that the office set itself."""
        return reading.list(NoticeText, *(() if key is None else (Is("key", key),)))

    @look
    def try_text(self, reading: Reading, /, key: str, text: str, **facts: str) -> str:
        """What a text would look like: blanks that are not given show their names. Nothing is written."""
        reading.seat.may(reading.office.kinds.of(NoticeText), Action.READ)
        blanks = _blanks(key)
        made = NoticeText.set(key=key, variant=Variant.PLAIN, language="zh", text=text, known=blanks).after
        return Template(made.text).safe_substitute({**{one: f"〔{one}〕" for one in blanks}, **facts})


def _plain(known: Addressing, given: Way | tuple[str, str]) -> Way:
    way = given if isinstance(given, Way) else Way(*given)
    return attrs.evolve(way, address=known.address(way.channel, way.address))


def _of(work: Work, member: MemberId) -> Reach:
    work.load(Member, member)
    return work.peek(Reach, member) or Reach.unknown(member)


def _blanks(key: str) -> tuple[str, ...]:
    if key not in BLANKS:
        raise BadInput("notice-kind-unknown", what=key, known=tuple(BLANKS))
    return BLANKS[key]


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise BadInput("language-unknown", what=language, known=LANGUAGES)
    return language

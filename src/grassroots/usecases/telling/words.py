"""A notice in words: the network's own text or the catalogue's, filled with what its reader may see.

A telephone lies on the table with its screen up: what is pushed to it names other people by their mask and
tells nothing of a case. Only what somebody reads out at the telephone has the name in full, as far as the
reader's own view has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from string import Template
from typing import Final, final

import attrs

from grassroots.contracts.notice import Message, Notice, Route, Value
from grassroots.domain.member import Member
from grassroots.domain.policy import Actor, Posture
from grassroots.domain.station import Station
from grassroots.domain.wording import LONGEST_SHORT, NoticeText, Variant
from grassroots.locale import catalogue, label, say
from grassroots.usecases.telling.digests import gathers, lines
from grassroots.usecases.telling.holding import holding
from grassroots.usecases.telling.scene import Scene
from grassroots.values.ids import MemberId, StationId
from grassroots.values.names import mask_name
from grassroots.workspace.reading import Reading

_DUTY: Final = ("day", "starts", "ends", "station")
_ACTIVITY: Final = ("title", "day", "starts", "station")
_CALLOUT: Final = ("what", "place", "day", "starts", "station")

BLANKS: Final[Mapping[str, tuple[str, ...]]] = {
    "duty-assigned": _DUTY,
    "duty-reminder": _DUTY,
    "duty-unconfirmed": (*_DUTY, "who"),
    "duty-board": ("day", "station"),
    "duty-board-line": ("starts", "ends", "who"),
    "duty-moved": _DUTY,
    "duty-called-off": _DUTY,
    "duty-late-cancellation": (*_DUTY, "who"),
    "contact-due": ("recipient", "day", "last"),
    "contact-overdue": ("recipient", "who", "day", "last"),
    "concern-assigned": ("number", "day", "station"),
    "concern-due": ("number", "day", "station"),
    "concern-to-answer": ("number", "station"),
    "activity-moved": _ACTIVITY,
    "activity-called-off": _ACTIVITY,
    "activity-reminder": _ACTIVITY,
    "callout": _CALLOUT,
    "callout-taken": _CALLOUT,
    "callout-over": _CALLOUT,
    "emergency-access": ("day",),
}
"""The kinds of notices that there are, and what can be filled into the words of each."""

_PEOPLE: Final = frozenset({"recipient", "who"})
_DAYS: Final = frozenset({"day", "last"})


def word(scene: Scene, notice: Notice, route: Route) -> Message:
    """The notice in words, in all variants, for one route."""
    if gathers(notice):
        # Whoever keeps the values beside the text (a call) keeps the lines that stand in it, and no others.
        notice = attrs.evolve(notice, values={**notice.values, "lines": holding(scene, notice)})
        said = _digest(scene, notice)
    else:
        said = _said(scene, notice, notice.key, notice.values)
    if copy_of := notice.values.get("copy_of"):
        whom = _Names(scene, notice).masked(str(copy_of))
        said = {
            variant: text if variant is Variant.TITLE else _passed_on(variant, whom, text, notice.language)
            for variant, text in said.items()
        }
    short = said[Variant.SHORT]
    if len(short) > LONGEST_SHORT[notice.language]:
        # A name or place was too long: an SMS that says where to ask is better than one that is cut.
        short = say("notice-any-short", {"topic": _topic(scene, notice)}, notice.language)
    return Message(
        notice=notice.id,
        to=route.address,
        text=said[Variant.PLAIN],
        title=said[Variant.TITLE],
        short=short,
        spoken=said[Variant.SPOKEN],
        language=notice.language,
        urgency=notice.urgency,
        key=notice.key,
        values=notice.values,
        expires=notice.expires,
    )


def _passed_on(variant: Variant, whom: str, text: str, language: str) -> str:
    code = "notice-copy-short" if variant is Variant.SHORT else "notice-copy"
    return say(code, {"whom": whom, "text": text}, language)


def _said(scene: Scene, notice: Notice, key: str, values: Mapping[str, Value]) -> dict[Variant, str]:
    names = _Names(scene, notice)
    return {
        variant: _filled(scene, notice, key, variant, _facts(scene, notice, values, names, variant))
        for variant in Variant
    }


def _filled(scene: Scene, notice: Notice, key: str, variant: Variant, facts: Mapping[str, str]) -> str:
    language = notice.language
    own = scene.peek(NoticeText, NoticeText.id_of(key, variant, language))
    if own is not None:
        return Template(own.text).safe_substitute(facts)
    return Template(catalogue(language)[usual_code(key, variant)]).safe_substitute(facts)


def usual_code(key: str, variant: Variant) -> str:
    """The code of the catalogue's own words."""
    return f"notice-{key}" if variant is Variant.PLAIN else f"notice-{key}-{variant}"


def _facts(
    scene: Scene, notice: Notice, values: Mapping[str, Value], names: _Names, variant: Variant
) -> dict[str, str]:
    facts = dict.fromkeys(BLANKS.get(notice.key, ()), "")
    for name, value in values.items():
        if name in _PEOPLE:
            facts[name] = names.full(str(value)) if variant is Variant.SPOKEN else names.masked(str(value))
        elif name in _DAYS:
            facts[name] = day_in_words(str(value), notice.language)
        elif name == "station":
            facts[name] = _station(scene, StationId(str(value)), notice.language)
        elif name == "topic":
            facts[name] = label("notice-topic", str(value), notice.language)
        else:
            facts[name] = "、".join(value) if isinstance(value, tuple) else str(value)
    for blank in BLANKS.get(notice.key, ()):
        if not facts[blank]:
            facts[blank] = say(f"notice-no-{blank}", {}, notice.language) if _has(blank, notice) else ""
    return facts


def _has(blank: str, notice: Notice) -> bool:
    return f"notice-no-{blank}" in catalogue(notice.language)


def day_in_words(iso: str, language: str) -> str:
    """The day as it is said, with its weekday and without the year: nothing is told a year ahead."""
    day = date.fromisoformat(iso)
    weekday = label("weekday", _WEEKDAYS[day.weekday()], language)
    facts = {"number": day.day, "month": label("month", str(day.month), language), "weekday": weekday}
    return say("notice-day", facts, language)


_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _station(scene: Scene, station: StationId, language: str) -> str:
    place = scene.peek(Station, station)
    if place is None:
        return station
    return place.name_en if language != "zh" and place.name_en else place.name


def _topic(scene: Scene, notice: Notice) -> str:
    rule = scene.rule(notice.key)
    topic = rule.topic.value if rule is not None else str(notice.values.get("topic", ""))
    return label("notice-topic", topic, notice.language)


def _digest(scene: Scene, notice: Notice) -> dict[Variant, str]:
    """The news, one a line; how many there are where there is room for no more."""
    pieces = list(lines(notice))
    pieces.sort(key=lambda piece: (str(piece[1].get("day", "")), str(piece[1].get("starts", ""))))
    more = notice.values.get("more", 0)
    count = len(pieces) + (more if isinstance(more, int) else 0)
    names = _Names(scene, notice)
    heading = {name: value for name, value in notice.values.items() if name in BLANKS.get(notice.key, ())}
    facts = {
        "topic": _topic(scene, notice),
        "count": str(count),
        **_facts(scene, notice, heading, names, Variant.PLAIN),
    }
    told: dict[Variant, str] = {}
    for variant in Variant:
        head = Template(catalogue(notice.language)[usual_code(notice.key, variant)]).safe_substitute(facts)
        if variant in (Variant.SHORT, Variant.TITLE):
            told[variant] = head
            continue
        body = [
            _said(scene, attrs.evolve(notice, key=key), key, values)[Variant.SHORT] for key, values in pieces
        ]
        if isinstance(more, int) and more:
            body.append(say("notice-digest-more", {"count": more}, notice.language))
        told[variant] = "\n".join([head, *(f"· {one}" for one in body)])
    return told


@final
class _Names:
    """What the reader of a notice may call other people."""

    def __init__(self, scene: Scene, notice: Notice) -> None:
        heads = notice.values.get("heads")
        self._language = notice.language
        self._known: dict[str, str] = {}
        if not notice.to:
            self._view = None
            self._scene = scene
            return
        actor = Actor(
            "notice",
            Posture.LEAD if heads else Posture.VOLUNTEER,
            member=MemberId(notice.to),
            stations=(StationId(str(heads)),) if heads else (),
        )
        self._view = Reading(attrs.evolve(scene.reading.seat, actor=actor))

    def full(self, member: str) -> str:
        """The name as the reader may see it."""
        if member not in self._known:
            person = self._peek(member)
            self._known[member] = person.name if person is not None else ""
        return self._known[member] or say("notice-somebody", {}, self._language)

    def masked(self, member: str) -> str:
        """The name behind its mask, whatever the reader may see."""
        name = self.full(member)
        return name if name == say("notice-somebody", {}, self._language) or "*" in name else mask_name(name)

    def _peek(self, member: str) -> Member | None:
        if self._view is None:
            # The office's own list: whoever rings from it looks the rest up at their desk.
            person = self._scene.peek(Member, member)
            return None if person is None else attrs.evolve(person, name=mask_name(person.name))
        return self._view.peek(Member, member)

"""``reach``: how somebody wants to be told things. ``words``: what the office says in its notices."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import time
from typing import TYPE_CHECKING, Any

from grassroots.cli.opening import desk_of
from grassroots.cli.output import DONE, Output
from grassroots.cli.parser import Command, Parser
from grassroots.errors import BadInput

if TYPE_CHECKING:
    from grassroots.desk import Desk
    from grassroots.values.ids import MemberId

_HOURS = re.compile(r"([0-9]{1,2}:[0-9]{2})\s*[-–—~至]\s*([0-9]{1,2}:[0-9]{2})")


def _add_reach(parser: Parser) -> None:
    parser.take("member", metavar="MEMBER", told="reach-member")
    parser.take("--way", metavar="CHANNEL[=ADDRESS]", action="append", told="reach-way")
    parser.take("--quiet", metavar="21:00-08:00", told="reach-quiet")
    parser.take("--zone", told="reach-zone")
    parser.take("--reads", choices=("zh", "en"), told="reach-reads")
    parser.take("--refuse", metavar="TOPIC", action="append", told="reach-refuse")
    parser.take("--want", metavar="TOPIC", action="append", told="reach-want")


def _reach(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        member = member_named(desk, options.member)
        if noted := _noted(options):
            desk.reach.note(member, **noted)
        if options.refuse:
            desk.reach.refuse(member, *_topics(options.refuse))
        if options.want:
            desk.reach.want(member, *_topics(options.want))
        found = desk.reach.get(member)
    ways = [f"{way.channel}={way.address}" if way.address else way.channel for way in found.ways]
    output.give(
        {
            "member": member,
            "ways": [{"channel": way.channel, "address": way.address} for way in found.ways],
            "quiet_from": found.quiet_from and found.quiet_from.isoformat("minutes"),
            "quiet_until": found.quiet_until and found.quiet_until.isoformat("minutes"),
            "zone": found.zone,
            "language": found.language,
            "refused": [topic.value for topic in found.refused],
            "copies": [{"member": copy.member, "kinship": copy.kinship.value} for copy in found.copies],
        }
    )
    quiet = (
        f"{found.quiet_from:%H:%M}–{found.quiet_until:%H:%M}"
        if found.quiet_from and found.quiet_until
        else ""
    )
    rows = (
        ("ways", ways),
        ("quiet", quiet),
        ("zone", found.zone),
        ("reads", found.language),
        ("refused", [output.label("notice-topic", topic) for topic in found.refused]),
        ("copies", [f"{output.label('kinship', copy.kinship)} {copy.member}" for copy in found.copies]),
    )
    output.table(("reach", "value"), [(output.word(f"cli-reach-{name}"), value) for name, value in rows])
    return DONE


def _noted(options: Namespace) -> dict[str, Any]:
    noted: dict[str, Any] = {}
    if options.way:
        pairs = [way.partition("=") for way in options.way]
        noted["ways"] = [(channel.strip(), address.strip()) for channel, _, address in pairs]
    if options.quiet:
        noted["quiet_from"], noted["quiet_until"] = hours_of(options.quiet)
    if options.zone:
        noted["zone"] = options.zone
    if options.reads:
        noted["language"] = options.reads
    return noted


def hours_of(text: str) -> tuple[time, time]:
    """From when to when, as ``8:30-11:30``; BadInput if it is not that."""
    found = _HOURS.fullmatch(text.strip().replace("：", ":"))
    if found is None:
        raise BadInput("cli-hours-unreadable", what=text)
    try:
        start, end = (time.fromisoformat(part.zfill(5)) for part in found.groups())
    except ValueError:
        raise BadInput("cli-hours-unreadable", what=text) from None
    return start, end


def _topics(given: list[str]) -> tuple[str, ...]:
    return () if given == ["all"] else tuple(given)


def member_named(desk: Desk, text: str) -> MemberId:
    """A member by id, or by a name that only one has.

    Raises BadInput ``cli-member-unknown``, or ``cli-member-shared`` with the ids of those who have it.
    """
    from grassroots.errors import Missing
    from grassroots.values.ids import MemberId

    try:
        return desk.members.get(MemberId(text)).id
    except (Missing, ValueError):
        pass
    found = desk.members.named(text)
    if not found:
        raise BadInput("cli-member-unknown", what=text)
    if len(found) > 1:
        raise BadInput("cli-member-shared", what=text, known=tuple(one.id for one in found))
    return found[0].id


def _add_words(parser: Parser) -> None:
    parser.take("key", metavar="KEY", nargs="?", told="words-key")
    parser.take("--text", told="words-text")
    parser.take("--usual", action="store_true", told="words-usual")
    parser.take(
        "--variant", choices=("plain", "short", "spoken", "title"), default="plain", told="words-variant"
    )
    parser.take("--reads", choices=("zh", "en"), default="zh", told="words-reads")


def _words(options: Namespace, output: Output) -> int:
    from grassroots.usecases.telling.words import BLANKS

    asked: dict[str, Any] = {"variant": options.variant, "language": options.reads}
    if options.key is None and (options.text is not None or options.usual):
        raise BadInput("cli-words-which", known=tuple(BLANKS))
    with desk_of(options) as desk:
        if options.text is not None:
            desk.reach.set_text(options.key, options.text, **asked)
        elif options.usual:
            desk.reach.usual_text(options.key, **asked)
        keys = tuple(BLANKS) if options.key is None else (options.key,)
        texts = {key: desk.reach.text(key, **asked) for key in keys}
    output.give({"texts": texts, "blanks": {key: list(BLANKS[key]) for key in keys}, **asked})
    output.table(("key", "text", "blanks"), [(key, texts[key], BLANKS[key]) for key in keys])
    return DONE


COMMANDS: tuple[Command, ...] = (
    Command("reach", _add_reach, _reach),
    Command("words", _add_words, _words),
)

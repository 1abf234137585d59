"""What is to be told, and what asks a channel to tell it: plain data, and one method for whoever sends.

Terms. A *notice* says to whom, about what, with which message key and values; it has no words yet. A *route*
is one way to reach them: a channel by the name that the deployment gave it ("sms", "phone") and their address
in it. A *message* is a notice put into words for one route. A *notifier* hands messages of one channel over
and says what became of each: a :class:`Delivery`.

The way of a notice, and the seams::

    journal ── plan ──► Notice ── outbox ──► admit ── word ──► Message ── Notifier.deliver ──► Delivery
               └─ Withdrawal                 (now? later? no?)

``plan``, ``gather``, ``admit`` and ``word`` belong to a teller (``usecases.outbox.teller.Teller``); states,
leases, retries, limits and keys to the outbox; sending to notifiers, which see nothing else.

Everything but ids, keys and codes in here is personal data: it lives in records that can be erased, never in
a journal, and no log may show it.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType, TracebackType
from typing import Final, Self, final

from attrs import field, frozen

from grassroots.contracts.storage import Ref, limits
from grassroots.errors import BadInput

Value = str | int | tuple[str, ...]
"""What may be filled into a message: a text, a whole number, a list of texts."""

LONGEST_ADDRESS: Final = 500
MOST_ROUTES: Final = 8
MOST_VALUES: Final = 50
MOST_ABOUT: Final = 100

_CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,30}")
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class Urgency(StrEnum):
    """How much it matters that it is read soon; declared by the type of the notice, not by who sends it."""

    LOW = "low"  # may wait for a digest
    NORMAL = "normal"
    URGENT = "urgent"  # may break the quiet hours, and goes before everything else


class Doubt(StrEnum):
    """What to do when nobody can say whether a notice was sent (a crash between sending and marking)."""

    RESEND = "resend"  # a reminder twice is better than none
    HOLD = "hold"  # a person decides: it costs money, or twice would do harm


def channel_name(name: str) -> str:
    """The name of a channel: small letters, digits and -, a letter first, at most 31; BadInput if not."""
    if not isinstance(name, str) or not _CHANNEL.fullmatch(name):
        raise BadInput("notice-channel-name", what=str(name))
    return name


def _address(text: str) -> str:
    return limits.sound(text, LONGEST_ADDRESS, "notice-address")


def _key(text: str) -> str:
    if not isinstance(text, str) or len(text) > 64 or not _KEY.fullmatch(text):
        raise BadInput("notice-key", what=str(text))
    return text


def _identifier(text: str) -> str:
    return limits.identifier(text)


def _most(what: str, found: int, most: int) -> None:
    if found > most:
        raise BadInput("notice-too-many", what=what, found=found, most=most)


def _value(name: str, value: object) -> Value:
    if isinstance(value, str):
        return limits.sound(value, limits.BODY_BYTES, "notice-value")
    if type(value) is int:
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return tuple(limits.sound(one, limits.BODY_BYTES, "notice-value") for one in value)
    raise BadInput("notice-value", what=f"{name}: {type(value).__name__}", longest=limits.BODY_BYTES)


def _named(name: str) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadInput("notice-value-name", what=str(name))
    return name


def _values(values: Mapping[str, Value]) -> Mapping[str, Value]:
    _most("values", len(values), MOST_VALUES)
    return MappingProxyType({_named(name): _value(name, one) for name, one in values.items()})


def _refs(about: Iterable[Ref]) -> tuple[Ref, ...]:
    found = tuple(about)
    _most("about", len(found), MOST_ABOUT)
    return found


@final
@frozen
class Route:
    """One way to reach somebody: a channel of the deployment by its name, and their address in it.

    ``address`` is a telephone number, a mailbox, the name of a board; empty where the channel itself says
    where (a group's robot).
    """

    channel: str = field(converter=channel_name)
    address: str = field(default="", converter=_address)


def _routes(routes: Iterable[Route]) -> tuple[Route, ...]:
    found = tuple(routes)
    _most("routes", len(found), MOST_ROUTES)
    return found


def _aware(_: object, field_: object, moment: datetime | None) -> None:
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")


@final
@frozen(kw_only=True)
class Notice:
    """What somebody is to be told, before it has words.

    ``id`` (1-64 characters) is the same whenever the same fact is planned again: what stands in the outbox
    under it is not put there twice, and providers get it as idempotency key. Ids that begin with a moment
    (``Telling.notice_id``) make the outbox send in that order. ``to`` is the id of a member, or empty for a
    group. ``about`` are the records it speaks of. ``key`` and ``values`` are what the words are made from.

    ``routes`` are tried in order, each until it is refused for good or tried in vain. ``collapse``: while one
    with the same collapse key waits, the two are gathered into one. ``not_before`` and ``expires`` (aware)
    are the first moment at which it may be sent and the moment from which it is of no use.
    """

    id: str = field(converter=_identifier)
    to: str = ""
    about: tuple[Ref, ...] = field(default=(), converter=_refs)
    key: str = field(converter=_key)
    values: Mapping[str, Value] = field(factory=dict, converter=_values, hash=False)
    language: str = "zh"
    urgency: Urgency = field(default=Urgency.NORMAL, converter=Urgency)
    routes: tuple[Route, ...] = field(default=(), converter=_routes)
    collapse: str | None = None
    not_before: datetime | None = field(default=None, validator=_aware)
    expires: datetime | None = field(default=None, validator=_aware)
    doubt: Doubt = field(default=Doubt.RESEND, converter=Doubt)


@final
@frozen(kw_only=True)
class Withdrawal:
    """What was to be told no longer holds: whatever waits under this collapse key is cancelled."""

    collapse: str
    reason: str = field(default="withdrawn", converter=_key)


@final
@frozen
class Attachment:
    """A file that goes with a message where the channel can carry one (an .ics beside a mail)."""

    name: str
    media_type: str
    content: bytes


@final
@frozen(kw_only=True)
class Message:
    """A notice in words, for one route: what a notifier gets.

    ``notice`` is the id of the notice: the idempotency key, and the same in every try. ``text`` is what to
    send; ``title`` a subject where the channel has one; ``short`` a variant for 70 characters, ``spoken`` one
    to be read out (both empty if there is none). ``key`` and ``values`` are for gateways that fill approved
    templates themselves. ``code`` is the short sign by which people recognise a repetition; the host has put
    it into ``text`` and ``short`` where the channel takes no key.
    """

    notice: str = field(converter=_identifier)
    to: str = field(default="", converter=_address)
    text: str = ""
    title: str = ""
    short: str = ""
    spoken: str = ""
    language: str = "zh"
    urgency: Urgency = field(default=Urgency.NORMAL, converter=Urgency)
    key: str = ""
    values: Mapping[str, Value] = field(factory=dict, converter=_values, hash=False)
    code: str = ""
    expires: datetime | None = None
    attachments: tuple[Attachment, ...] = ()


class Outcome(StrEnum):
    """What became of one message, as far as its notifier can know."""

    DELIVERED = "delivered"  # it is where it should be
    ACCEPTED = "accepted"  # the provider has it and will go on by itself
    REFUSED = "refused"  # never: this address or this message will not do; the next route is tried
    RETRY = "retry"  # certainly not sent; later it may be
    UNCERTAIN = "uncertain"  # it may have been sent, or not
    TASK = "task"  # a person has to do it: telephone, post on the board


def _reason(text: str) -> str:
    # A provider's own code may have capitals; it must be short and can never be a sentence with a name in it.
    if not isinstance(text, str) or len(text) > 64 or not re.fullmatch(r"[\w.:/-]*", text, re.ASCII):
        raise BadInput("notice-reason", what=ascii(text)[:80])
    return text


@final
@frozen(kw_only=True)
class Delivery:
    """The answer of a notifier. Made by the six functions, one for each outcome.

    ``reason`` is a short code (``no-such-number``, ``isv.BUSINESS_LIMIT_CONTROL``), never a sentence and
    never a person's data; ``reference`` the provider's own number for the message (at most 200 characters);
    ``after`` the seconds to wait at least before the next try, None if the provider did not say; ``medium``
    of a task is ``phone`` or ``paper``.
    """

    outcome: Outcome = field(converter=Outcome)
    reason: str = field(default="", converter=_reason)
    reference: str = field(default="")
    after: float | None = None
    medium: str = ""

    def __attrs_post_init__(self) -> None:
        limits.sound(self.reference, 200, "notice-reference")
        if self.after is not None and not 0 <= self.after < 10**9:
            raise BadInput("notice-after", what=str(self.after))

    @classmethod
    def delivered(cls, reference: str = "") -> Self:
        """It is where it should be."""
        return cls(outcome=Outcome.DELIVERED, reference=reference)

    @classmethod
    def accepted(cls, reference: str = "") -> Self:
        """The provider has it."""
        return cls(outcome=Outcome.ACCEPTED, reference=reference)

    @classmethod
    def refused(cls, reason: str) -> Self:
        """Never: the address or the message will not do."""
        return cls(outcome=Outcome.REFUSED, reason=reason)

    @classmethod
    def retry(cls, reason: str, *, after: float | None = None) -> Self:
        """Certainly not sent; again later, not before ``after`` seconds."""
        return cls(outcome=Outcome.RETRY, reason=reason, after=after)

    @classmethod
    def uncertain(cls, reason: str) -> Self:
        """It may have been sent, or not (a connection lost after the message was handed over)."""
        return cls(outcome=Outcome.UNCERTAIN, reason=reason)

    @classmethod
    def task(cls, medium: str) -> Self:
        """A person has to do it: ``phone`` or ``paper``."""
        return cls(outcome=Outcome.TASK, medium=medium)


@final
@frozen(kw_only=True)
class Limits:
    """What a channel takes; None says that no limit is known. Counted by the host, also over processes.

    ``per_minute`` and ``per_second`` are messages in any 60 and 1 seconds; ``text_bytes`` and
    ``text_characters`` are of the text (UTF-8), with everything that the host adds to it.
    """

    per_minute: int | None = None
    per_second: int | None = None
    text_bytes: int | None = None
    text_characters: int | None = None

    def __attrs_post_init__(self) -> None:
        for what, amount in (
            ("per_minute", self.per_minute),
            ("per_second", self.per_second),
            ("text_bytes", self.text_bytes),
            ("text_characters", self.text_characters),
        ):
            if amount is not None and (type(amount) is not int or amount < 1):
                raise BadInput("notice-limit", what=f"{what}={amount}")

    @property
    def rated(self) -> bool:
        """Whether messages have to be counted by time."""
        return self.per_minute is not None or self.per_second is not None


class Notifier(ABC):
    """Hands over the messages of one channel. Made by a plugin's ``NotifierOffer`` from a URL.

    It is called by one thread at a time, not always the same one. It keeps nothing of a message, prints
    nothing, changes nothing of the process, and comes back within the host's patience (20 seconds unless the
    deployment says otherwise): give every connection a time-out of its own.
    """

    takes_key: bool | None = None
    """Whether the same ``Message.notice`` twice is delivered once. None: what the offer says."""

    limits: Limits | None = None
    """What this channel takes, where that depends on the URL. None: what the offer says."""

    service: str = ""
    """The service behind a notifier that speaks to many; rule packs may know its limits by this name."""

    @abstractmethod
    def deliver(self, message: Message) -> Delivery:
        """Hand one message over and say what became of it.

        ``Unreachable`` (grassroots.errors) may be raised where certainly nothing was sent. Anything else that
        is raised, a wrong answer and no answer in time count as uncertain.
        """

    def close(self) -> None:  # noqa: B027 - nothing to let go of is the usual case
        """Let go of connections. May be repeated."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

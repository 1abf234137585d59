"""Making a message fit its channel: the visible sign, and the limits of a text."""

from __future__ import annotations

import attrs

from grassroots.contracts.notice import Limits, Message
from grassroots.domain.outbox import Parcel, visible_sign
from grassroots.locale import say


def fitted(message: Message, parcel: Parcel, limits: Limits, *, takes_key: bool) -> Message | None:
    """The message as it goes out; None if not even its short variant fits.

    Where the provider takes no key, the text ends with a short sign, by which people see that a repetition is
    one. The short variant stands in for a text that is too long; nothing is ever cut: half a sentence can say
    the opposite.
    """
    if message.notice != parcel.id:
        raise ValueError("a message bears the id of its notice")
    sign = visible_sign(parcel.id)
    message = attrs.evolve(message, code=sign)
    if not takes_key:
        ending = say("notice-sign", {"code": sign}, message.language)
        message = attrs.evolve(
            message,
            text=f"{message.text}{ending}",
            short=f"{message.short}{ending}" if message.short else "",
        )
    if _fits(message.text, limits):
        return message
    if message.short and _fits(message.short, limits):
        return attrs.evolve(message, text=message.short)
    return None


def _fits(text: str, limits: Limits) -> bool:
    if limits.text_bytes is not None and len(text.encode("utf-8", "surrogatepass")) > limits.text_bytes:
        return False
    return limits.text_characters is None or len(text) <= limits.text_characters

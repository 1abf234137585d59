"""Making a message fit its channel: the visible sign, and the limits of a text."""

from __future__ import annotations

from grassroots.contracts.notice import Limits, Message
from grassroots.domain.outbox import Parcel, visible_sign
from grassroots.locale import say
from grassroots.values.evolving import evolved


def fitted(message: Message, parcel: Parcel, limits: Limits, *, takes_key: bool) -> Message | None:
    """The message as it goes out; None if not even its short variant fits.

    Where the provider takes no key, the text ends with a short sign, by which people see that a repetition is
    one. The short variant stands in for a text that is too long; nothing is ever cut: half a sentence can say
    the opposite.
    """
    if message.notice != parcel.id:
        raise ValueError("a message bears the id of its notice")
    sign = visible_sign(parcel.id)
    ending = "" if takes_key else say("notice-sign", {"code": sign}, message.language)
    text = f"{message.text}{ending}"
    short = f"{message.short}{ending}" if message.short else ""
    if not _fits(text, limits):
        if not short or not _fits(short, limits):
            return None
        text = short
    return evolved(message, text=text, short=short, code=sign)


def _fits(text: str, limits: Limits) -> bool:
    if limits.text_bytes is not None and len(text.encode("utf-8", "surrogatepass")) > limits.text_bytes:
        return False
    return limits.text_characters is None or len(text) <= limits.text_characters

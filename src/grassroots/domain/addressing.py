"""What an address has to look like in a channel, and a telephone number in this network: as its packs say.

A channel bears a name of the deployment's choice. The packs know the usual names (table ``channel_address``):
"mail" takes mailboxes, "sms" telephone numbers. In a channel that they do not know, any text may be an
address. Telephone numbers are read as in sheets; packs may know further shapes (``phone_shape``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self, final

import attrs

from grassroots.domain.pack import Packs
from grassroots.errors import BadInput
from grassroots.values.addresses import read_mail, read_web
from grassroots.values.messy import read_phone
from grassroots.values.texts import plain, sound

TELEPHONE_LIST: Final = "phone"
"""The channel whose delivery is a call by a person."""


class AddressKind(StrEnum):
    """What an address of a channel is."""

    MAIL = "mail"  # a mailbox
    PHONE = "phone"  # a telephone number
    WEB = "web"  # where requests go


@final
@attrs.frozen
class PhoneShape:
    """Numbers that begin so (perhaps with nothing in particular) and have so many digits in all."""

    begins: str
    least: int
    most: int

    def fits(self, number: str) -> bool:
        """Whether a number without blanks and dashes has this shape."""
        digits = number.removeprefix("+")
        return (
            number.startswith(self.begins)
            and digits.isascii()
            and digits.isdigit()
            and self.least <= len(digits) <= self.most
        )


@final
@attrs.frozen
class Addressing:
    """What the packs of a network say of addresses, on one day."""

    kinds: Mapping[str, AddressKind]
    shapes: tuple[PhoneShape, ...] = ()

    @classmethod
    def of(cls, packs: Packs, on: date) -> Self:
        """As the packs in force on this day say."""
        kinds = {
            channel: AddressKind(answer.value["address"])
            for answer in packs.table("channel_address", on).values()
            for channel in answer.value["channels"]
        }
        return cls(kinds, tuple(_shape(one.value) for one in packs.table("phone_shape", on).values()))

    def phone(self, text: str) -> str:
        """A telephone number, made plain. Raises BadInput, as reading a sheet does."""
        found = read_phone(sound(text))
        if found.value is not None:
            return found.value
        compact = "".join(one for one in plain(text) if not one.isspace() and one not in "-‐‑–—−.()/")
        if any(shape.fits(compact) for shape in self.shapes):
            return compact
        problem = found.problem
        if problem is None:  # a word that says there is none
            raise BadInput("phone-none")
        raise BadInput(problem.code, **problem.facts)

    def address(self, channel: str, text: str) -> str:
        """An address of this channel, made plain; "" stays "". Raises BadInput."""
        if not text.strip():
            return ""
        kind = self.kinds.get(channel)
        if kind is AddressKind.MAIL:
            return read_mail(text)
        if kind is AddressKind.PHONE:
            return self.phone(text)
        return read_web(text) if kind is AddressKind.WEB else text.strip()

    def tidy(self, channel: str, text: str) -> str:
        """An address of this channel made plain, and as it stands if it is none."""
        try:
            return self.address(channel, text)
        except BadInput:
            return text

    def usable(self, channel: str, text: str) -> bool:
        """Whether something can be sent there; what was entered before anybody looked may be anything.

        The telephone list takes everybody: whoever has no number is looked up by whoever rings. So does a
        channel of which nothing is known.
        """
        if channel == TELEPHONE_LIST or channel not in self.kinds:
            return True
        try:
            return bool(self.address(channel, text))
        except BadInput:
            return False


def _shape(row: Mapping[str, Any]) -> PhoneShape:
    return PhoneShape(row.get("begins", ""), row["digits_least_count"], row["digits_most_count"])

"""The slip on which a volunteer ticks when they can come: one A4 page a person, big type, for a pen."""

from __future__ import annotations

from typing import final

import attrs

from grassroots.domain.availability import Willing
from grassroots.locale import label, say
from grassroots.pages.environment import environment
from grassroots.usecases.availability_slips import Slip, Slips
from grassroots.values.messy import DayPart


def render_slips(sheet: Slips, language: str = "zh") -> str:
    """The pages of these slips. Raises MissingExtra if Jinja2 is not installed."""
    page = environment().get_template("availability.html")
    return page.render(
        sheet=sheet,
        w=_Words(sheet, language),
        parts=[part for part in DayPart if part in sheet.hours],
        willing=list(Willing),
        lang="zh-CN" if language == "zh" else "en",
    )


@final
@attrs.frozen
class _Words:
    sheet: Slips
    language: str

    def say(self, code: str, **facts: object) -> str:
        return say(code, facts, self.language)

    @property
    def title(self) -> str:
        return self.say("slip-title")

    @property
    def place(self) -> str:
        sheet, chinese = self.sheet, self.language == "zh"
        network = sheet.network_zh if chinese else sheet.network_en
        own = sheet.station_zh if chinese else sheet.station_en
        return " · ".join(part for part in (network, own) if part)

    def weekday(self, number: int) -> str:
        return label("poster-weekday", str(number), self.language)

    def part(self, part: DayPart) -> str:
        return label("day-part", part.value, self.language)

    def hours(self, part: DayPart) -> str:
        first, last = self.sheet.hours[part]
        return f"{first.hour}:{first.minute:02}–{last.hour}:{last.minute:02}"

    def willing(self, code: Willing) -> str:
        return label("willing", code.value, self.language)

    def phone(self, slip: Slip) -> str:
        digits = slip.phone
        if len(digits) == 11 and digits.isascii() and digits.isdigit():
            return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
        return digits

"""The telephone list and the sheet for the notice board: pages to print on A4, nothing loaded from anywhere.

The list has a line for each call with boxes to tick (reached, left word, not reached) and room for a note, so
that the result can be typed in afterwards; the board has one big card for each notice.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, final

import attrs

from grassroots.domain.call import CallMedium
from grassroots.locale import label, say
from grassroots.pages.environment import environment
from grassroots.usecases.call_sheets import CallLine, CallSheet

if TYPE_CHECKING:
    pass


def render_calls(sheet: CallSheet, language: str = "zh") -> str:
    """The page of a list. Raises MissingExtra if Jinja2 is not installed."""
    template = "calls.html" if sheet.medium is CallMedium.PHONE else "board.html"
    page = environment().get_template(template)
    return page.render(sheet=sheet, w=_Words(sheet, language), lang="zh-CN" if language == "zh" else "en")


@final
@attrs.frozen
class _Words:
    sheet: CallSheet
    language: str

    def say(self, code: str, **facts: object) -> str:
        return say(code, facts, self.language)

    @property
    def place(self) -> str:
        own = self.sheet.station_zh if self.language == "zh" else self.sheet.station_en
        return own or self.sheet.network

    @property
    def title(self) -> str:
        return self.say("calls-title" if self.sheet.medium is CallMedium.PHONE else "board-title")

    def moment(self, at: datetime) -> str:
        return f"{at:%m-%d %H:%M}"

    @property
    def made(self) -> str:
        return self.say("calls-made", at=f"{self.sheet.made_at:%Y-%m-%d %H:%M}")

    def name(self, line: CallLine) -> str:
        return line.name or self.say("calls-no-name")

    def because(self, line: CallLine) -> str:
        """Why somebody has to ring: another way did not do."""
        return self.say("calls-because", reason=label("parcel-reason", line.because, self.language))

    def number(self, line: CallLine) -> str:
        """Telephone numbers in groups, as one dials them."""
        digits = line.address
        if len(digits) == 11 and digits.isascii() and digits.isdigit():
            return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
        return digits or self.say("calls-no-number")

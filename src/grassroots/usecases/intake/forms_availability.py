"""Landing what volunteers told on paper of when they can come: in words, or in a grid of weekdays.

Both forms say the same. A row that comes again with other words takes back what it said before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from grassroots.contracts.storage import Includes, Is
from grassroots.domain.availability import Availability, Leave, ToldStatus, Willing, windows_of
from grassroots.domain.intake import SheetRow
from grassroots.domain.station import Station
from grassroots.errors import BadInput
from grassroots.usecases.availability import give_availability, give_leave, hours_of
from grassroots.usecases.intake.cells import not_kept
from grassroots.usecases.intake.landing import Lander, Landing
from grassroots.values.dates import Span
from grassroots.values.ids import AvailabilityId, LeaveId, MemberId, StationId

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def land_availability(landing: Landing) -> None:
    """A row: one word of when somebody can come (if the row says when), and their days away.

    Days without a year and words like 下周一 count from the day on which the form was filled in. The word
    holds from that day on (from the day of the import if there is none) unless the row says from when.
    """
    row, work = landing.row, landing.work
    member = landing.member("name", phone=row.phone("phone"))
    written, first, last = row.day("written"), row.day("first"), row.day("last")
    grid = WEEK[0] in {column.key for column in row.layout.columns}
    when = WEEK[0] if grid else "when"
    told = row.week_of(WEEK) if grid else row.week("when")
    leaves = row.away("away", written)
    fields: dict[str, Any] = {
        "most_per_week": row.whole("most_per_week"),
        "most_per_month": row.whole("most_per_month"),
        "willing": tuple(Willing(code) for code in row.choices("willing")),
        "stations": _stations(landing),
    }
    if told is None and not row.unreadable(*WEEK, "when") and (not leaves or any(fields.values())):
        # Only who is away need not say when they can come.
        row.need(when, None, "away")
    starts = first or written or work.today
    if last is not None and last < starts:
        row.problem("span-backwards", "last", first=starts.isoformat(), last=last.isoformat())
    row.check()
    if member is None:
        return
    said = written or work.today
    if told is not None:
        try:
            fields["windows"] = windows_of(told, hours_of(work.office.packs, said))
        except BadInput as error:
            row.problem(error.code, when, **error.facts)
            row.check()
        _given(landing, member, Span(starts, last), fields)
    for span in leaves:
        id_ = _fresh(landing, Leave, member, "leave", str(span))
        landing.made_by(give_leave(work, member, span, id=LeaveId(id_)))
    _take_back(landing)
    not_kept(row, "remark")


def _stations(landing: Landing) -> tuple[StationId, ...]:
    found = []
    for words in landing.row.names_like("stations"):
        known = landing.book.named(landing.work, Station, words)
        if known is None:
            landing.row.problem("station-unknown", "stations", name=words)
        else:
            found.append(StationId(known))
    return tuple(dict.fromkeys(found))


def _given(landing: Landing, member: MemberId, span: Span, fields: Mapping[str, Any]) -> None:
    id_ = _fresh(landing, Availability, member, "availability", str(span), repr(sorted(fields.items())))
    landing.made_by(give_availability(landing.work, member, span, id=AvailabilityId(id_), **fields))


def _fresh(landing: Landing, kind: type[Any], member: MemberId, *words: str) -> str:
    """The id of these words of this member; said again after they were taken back, it is another one."""
    work, at = landing.work, landing.row.day("written") or landing.work.today
    withdrawn = work.find(kind, Is("member", member), Is("status", ToldStatus.WITHDRAWN.value))
    known = {one.id for one in withdrawn}
    number = 0
    while (id_ := landing.id(*words, member, str(number), at=at)) in known:
        number += 1
    return id_


def _take_back(landing: Landing) -> None:
    """What this very row said before and does not say any more, unless another row says it too."""
    work = landing.work
    kinds = {"availability": Availability, "leave": Leave}
    for one in landing.before:
        kind, _, id_ = one.partition("/")
        if one in landing.made or kind not in kinds:
            continue
        record: Any = work.peek(kinds[kind], id_)
        if record is None or record.status is not ToldStatus.GIVEN:
            continue
        if len(work.find(SheetRow, Includes("made", one), limit=2)) < 2:
            work.keep(record.withdraw())


LANDERS: Mapping[str, Lander] = {
    "availability": land_availability,
    "availability-week": land_availability,
}
"""The landers of this module, by form code."""

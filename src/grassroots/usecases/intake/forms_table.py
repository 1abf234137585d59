"""Landing what is written down together: the minutes of review meetings, and the suggestions of members.

Several rows make one record: each row adds its item, whatever the order, and adds it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import attrs

from grassroots.contracts.storage import Is, Ref
from grassroots.domain.concern import Concern, ConcernStatus
from grassroots.domain.correction import corrected
from grassroots.domain.meeting import (
    REFERRING,
    AgendaItem,
    DecisionKind,
    MeetingStatus,
    ReviewMeeting,
    carry_out,
)
from grassroots.domain.states import WrongState
from grassroots.domain.step import Step
from grassroots.domain.suggestion import (
    Campaign,
    ItemReply,
    Submission,
    SuggestionItem,
    SuggestionOutcome,
)
from grassroots.usecases.intake.cells import happened, told
from grassroots.usecases.intake.forms_voice import merged_into, number_of, numbered
from grassroots.usecases.intake.landing import Lander, Landing
from grassroots.values.ids import (
    ConcernId,
    MeetingId,
    MemberId,
    OrganizationId,
    StationId,
    SubmissionId,
)
from grassroots.values.names import name_key
from grassroots.values.texts import plain

_SHEET: Final = "sheet"
"""The reason that goes with what a sheet set right."""


_WRITTEN_DOWN: Final = frozenset({"attendees", "agenda", "minutes"})
"""What the minutes say of a meeting that was held."""


# -- the minutes ------------------------------------------------------------------------------------------
def land_meeting(landing: Landing) -> None:
    """A row of the minutes: the meeting, held, with this item on its agenda; the concern is tabled with it.

    The decision is carried out if the concern is not further already: the register may know its outcome.
    A row without a number is a meeting without that item; what stands under "item" goes into the minutes.
    """
    row, work = landing.row, landing.work
    day, station = row.need("day", row.day("day")), landing.station("station")
    came = landing.members("attendees", needed=False)
    decision, due = row.choice("decision"), row.day("due")
    owner = landing.member("owner", needed=False)
    row.check()
    if day is None or station is None:
        return
    place = StationId(station)
    concerns = [numbered(landing, place, number, day, "number") for number in _asked(landing, place)]
    row.check()
    found = _meeting(landing, place, day)
    before = {item.concern: item for item in found.agenda} if found else {}
    items = {}
    for concern in filter(None, concerns):
        item = before.get(concern.id, AgendaItem(concern=concern.id))
        items[concern.id] = _item(landing, item, concern, decision, owner, due)
    row.check()
    held = _held(landing, found, place, day, came, {**before, **items})
    for id_, item in items.items():
        if before.get(id_) != item or not any(
            one.meeting == held.id for one in work.load(Concern, id_).tabled
        ):
            _carry_out(landing, item, held)


def _asked(landing: Landing, station: StationId) -> tuple[str, ...]:
    """The numbers in the cell: it may hold several, unless the whole of it is one."""
    words = number_of(landing.row)
    if words is None:
        return ()
    if landing.work.find(Concern, Is("station", station), Is("number", words), limit=1):
        return (words,)
    return tuple(plain(one) for one in landing.row.names_like("number"))


def _meeting(landing: Landing, station: StationId, day: date) -> ReviewMeeting | None:
    found = landing.work.find(ReviewMeeting, Is("station", station), Is("day", day.isoformat()))
    order = (MeetingStatus.HELD, MeetingStatus.PLANNED, MeetingStatus.CALLED_OFF)
    return min(found, key=lambda one: order.index(one.status), default=None)


def _item(
    landing: Landing,
    item: AgendaItem,
    concern: Concern,
    decision: str | None,
    owner: MemberId | None,
    due: date | None,
) -> AgendaItem:
    """The item as this row says it; what its decision needs may be known with the concern."""
    row = landing.row
    kind = DecisionKind(decision) if decision else item.decision
    given: dict[str, Any] = {"decision": kind, "owner": owner, "due": due, "note": told(row, "remark")}
    match kind:
        case DecisionKind.SOLVE:
            given["owner"] = owner or item.owner or concern.owner
            row.need("owner", given["owner"])
        case DecisionKind.DECLINE:
            given["reason"] = item.reason or "not-ours"
        case DecisionKind.MERGE:
            given["into"] = item.into or concern.merged_into
            if given["into"] is None:
                into = merged_into(landing, concern.station, concern.taken_on, concern.number or "")
                given["into"] = into.id if into else None
        case kind if kind in REFERRING:
            given["unit"] = item.unit or concern.unit
    # An item that lacks what its decision needs has its problem already; it must not fail a second time.
    row.check()
    return attrs.evolve(item, **{key: value for key, value in given.items() if value is not None})


def _held(
    landing: Landing,
    found: ReviewMeeting | None,
    station: StationId,
    day: date,
    came: tuple[MemberId, ...],
    agenda: Mapping[ConcernId, AgendaItem],
) -> ReviewMeeting:
    """The meeting, held, with this agenda. Rows of one meeting add to it, a row that comes again replaces."""
    row, work = landing.row, landing.work
    minutes = told(row, "item") if told(row, "number") is None else None
    if found is not None and f"meeting/{found.id}" not in landing.before:
        came = tuple(dict.fromkeys((*found.attendees, *came)))
    if found is None or found.status is MeetingStatus.HELD:
        id_ = found.id if found else MeetingId(landing.id("meeting", station, day.isoformat(), at=day))
        planned = ReviewMeeting.plan(id=id_, station=station, day=day)
    else:
        planned = Step(found)
    called_off = planned.after.status is MeetingStatus.CALLED_OFF
    # Called off and held all the same: hold refuses, and a person has to look.
    table = Step(planned.after) if called_off else planned.after.put_on_agenda(agenda)
    held = table.after.hold(today=work.today, attendees=came, decisions=agenda.values(), minutes=minutes)
    if found is not None and found.status is MeetingStatus.HELD:
        return landing.keep(corrected(found, held.after, _SHEET, said=_WRITTEN_DOWN))
    return landing.keep(Step(held.after, planned.happened + table.happened + held.happened))


def _carry_out(landing: Landing, item: AgendaItem, held: ReviewMeeting) -> None:
    work = landing.work
    concern = work.load(Concern, item.concern)
    into = work.load(Concern, item.into) if item.into is not None else None
    try:
        step = (
            concern.table(held.id, held.day)
            if _stands(concern, item)
            else carry_out(concern, item, held, into)
        )
    except WrongState:
        # The register knows how it ended; the minutes tell how it was looked at on the way.
        step = concern.table(held.id, held.day)
    work.keep(step, Ref("meeting", held.id))
    landing.made_by(concern)


def _stands(concern: Concern, item: AgendaItem) -> bool:
    """Whether what was decided is so already; its due day may have been moved since."""
    if item.decision is DecisionKind.SOLVE:
        return concern.status is ConcernStatus.ASSIGNED and concern.owner == item.owner
    if item.decision in REFERRING:
        return concern.status is ConcernStatus.REFERRED and concern.unit == item.unit
    return False


# -- suggestions ------------------------------------------------------------------------------------------
def land_suggestion(landing: Landing) -> None:
    """A row of the suggestions: one item of what a member handed in on a day, and the answer to it."""
    row, work = landing.row, landing.work
    campaign, member = _campaign(landing), landing.member("member")
    on, pages = row.need("on", happened(landing, "on")), row.whole("pages")
    number, text = row.need("number", row.whole("number")), row.need("text", told(row, "text"))
    reply = _reply(landing)
    row.check()
    if campaign is None or member is None or on is None or number is None or text is None:
        return
    item = SuggestionItem(number=number, text=text)
    handed = [
        one
        for one in work.find(Submission, Is("campaign", campaign.id), Is("member", member))
        if one.on == on
    ]
    if handed:
        paper = _added(landing, handed[0], item)
    else:
        id_ = SubmissionId(landing.id("submission", campaign.id, member, on.isoformat(), at=on))
        step = Submission.hand_in(campaign, id=id_, member=member, on=on, items=[item], pages=pages)
        paper = work.keep(step, Ref("campaign", campaign.id))
    if pages is not None:
        paper = work.keep(paper.correct(_SHEET, pages=pages))
    if reply is not None:
        paper = _replied(landing, paper, number, reply)
    landing.made_by(paper)


def _campaign(landing: Landing) -> Campaign | None:
    words = landing.row.need("campaign", told(landing.row, "campaign"))
    if words is None:
        return None
    asked = name_key(words)
    for campaign in landing.work.find(Campaign):
        names = (campaign.id, campaign.title, campaign.title_en or "", *campaign.aliases)
        if asked in {name_key(name) for name in names if name}:
            return campaign
    landing.row.problem("campaign-unknown", "campaign", name=words)
    return None


def _reply(landing: Landing) -> ItemReply | None:
    """The answer in the row; an answer without its day or its outcome is a problem."""
    row = landing.row
    by, on = landing.organization("reply_by", needed=False), happened(landing, "reply_on")
    outcome, text = row.choice("reply_outcome"), told(row, "reply_text")
    if on is None and outcome is None and text is None:
        return None
    row.need("reply_on", on)
    row.need("reply_outcome", outcome)
    if on is None or outcome is None:
        return None
    body = OrganizationId(by) if by else None
    return ItemReply(on=on, outcome=SuggestionOutcome(outcome), by=body, text=text or "")


def _added(landing: Landing, paper: Submission, item: SuggestionItem) -> Submission:
    """The paper with this item; other words under its number only from the row that wrote the first ones."""
    known = next((one for one in paper.items if one.number == item.number), None)
    if known is None or known.text == item.text or f"submission/{paper.id}" not in landing.before:
        return landing.work.keep(paper.add([item]))
    return _replaced(landing, paper, attrs.evolve(known, text=item.text))


def _replied(landing: Landing, paper: Submission, number: int, reply: ItemReply) -> Submission:
    item = next(one for one in paper.items if one.number == number)
    if f"submission/{paper.id}" in landing.before and len(item.replies) == 1:
        return _replaced(landing, paper, attrs.evolve(item, replies=(reply,)))
    return landing.work.keep(paper.reply(number, reply))


def _replaced(landing: Landing, paper: Submission, item: SuggestionItem) -> Submission:
    items = tuple(item if one.number == item.number else one for one in paper.items)
    return landing.work.keep(paper.correct(_SHEET, items=items))


LANDERS: Mapping[str, Lander] = {
    "meetings": land_meeting,
    "suggestions": land_suggestion,
}
"""Which form is landed by which function."""

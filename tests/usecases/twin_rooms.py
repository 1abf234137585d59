"""The further rooms of a twin world: what stands in them, and what is asked there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, final

import attrs
from tests.usecases.telling.post import Post

from grassroots.contracts.planning import (
    Effort,
    PairingPlan,
    PairingPlanner,
    PairingProblem,
    RotaPlan,
    RotaPlanner,
    RotaProblem,
)
from grassroots.contracts.storage import Ref
from grassroots.desk import Desk
from grassroots.domain.activity import Evidence
from grassroots.domain.consent import Way
from grassroots.domain.kin import TieKind
from grassroots.domain.matching import Walk
from grassroots.domain.member import Background, Dated
from grassroots.domain.pairing import EndReason
from grassroots.domain.reach import Kinship
from grassroots.domain.reach import Way as Channelled
from grassroots.domain.rights import RequestKind
from grassroots.domain.safeguarding import ScreeningResult
from grassroots.feeds.calendars import to_ical
from grassroots.pages.calls import render_calls
from grassroots.pages.compliance import (
    render_access_report,
    render_minors_audit,
    render_person_file,
    render_processing_record,
)
from grassroots.pages.poster import render_poster
from grassroots.pages.report import render_report
from grassroots.values.dates import PartialDate, Period
from grassroots.values.ids import MemberId
from grassroots.values.names import Sex

YEAR = Period.year(2025)
WEEK = Period(date(2025, 10, 20), date(2025, 10, 26))
Ask = Callable[[Desk, Any], Any]


def furnish(desk: Desk, world: Any, fields: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
    """One record of every further kind, made by the office; ``fields`` gives what may differ in a twin."""
    two, one, ids = world.members, world.stations[0], world.ids

    def differs(record: str, field: str, usual: Any) -> Any:
        return fields(record, {field: usual})[field]

    # What stood there before it was corrected.
    former = fields("former:4", {"phone": "14400004444", "remark": "话不多", "health_note": "耳背"})
    now = desk.members.get(two[4])
    desk.members.correct(two[4], **former)
    desk.members.correct(two[4], **{name: getattr(now, name) for name in former})

    compound = desk.organizations.register(kind="compound", name="东苑").id
    far = desk.organizations.register(kind="compound", name="西苑").id
    ids |= {"compound": compound, "far": far}
    told: dict[str, Any] = {
        "compound": compound, "walks": (), "wants_sex": None, "needs": (), "apart": (),
    }  # fmt: skip
    desk.matching.tell(
        two[7], seeking=True, languages=("湘方言",), interests=("下棋",), **fields("profile:7", told)
    )
    desk.matching.tell(two[1], offering=True, compound=compound)
    desk.appointments.appoint(
        member=two[6], role=ids["role"], station=one, first=date(2025, 1, 1), last=date(2026, 1, 1),
        despite=differs("appointment:6", "despite", "本人坚持"),
    )  # fmt: skip
    ended = desk.pairings.propose(
        scheme=world.scheme, supporter=two[2], recipient=two[4], station=one, despite="office-li"
    )
    desk.pairings.begin(ended.id, on=date(2025, 2, 1))
    desk.pairings.end(
        ended.id, on=date(2025, 6, 1), reason=differs("pairing:2", "end_reason", EndReason.PLANNED)
    )
    course = desk.activities.start(kind="class", title="书法课", station=one, starts=time(9), minutes=60)
    lesson = desk.activities.plan_one(course.id, date(2025, 10, 24))
    desk.activities.sign_up(lesson.id, two[2], despite=differs("attendance:2", "despite", "office-li"))
    desk.activities.attend(
        desk.activities.plan_one(course.id, date(2025, 9, 24)).id, two[1], evidence=Evidence.SHEET
    )
    ids |= {"course": course.id, "lesson": lesson.id}
    desk.duties.hand_over(ids["past"], differs("handover:0", "handover", "钥匙在王姐处"))
    coming = desk.duties.post(station=one, day=date(2025, 10, 23), starts=time(9), ends=time(11))
    later = desk.duties.assign(coming.id, two[2], despite=differs("duty:2", "despite", "office-li"))
    away = desk.duties.assign(coming.id, two[4], despite="office-li")
    desk.duties.excuse(away.id, reason="away", sick=differs("duty:4", "sick", False))
    ids |= {"coming": coming.id, "later": later.id}
    ids["swap"] = desk.swaps.give_away(later.id, to=two[1]).id
    desk.availability.give(two[2], apart=differs("availability:2", "apart", ()))
    desk.availability.give_leave(two[7], date(2025, 10, 21))
    desk.availability.wish(two[2], wanted=True, first=date(2025, 10, 25))
    ids["rota"] = desk.rotas.draft(one, WEEK).id
    meeting = desk.meetings.plan(station=one, day=date(2025, 10, 11))
    desk.meetings.hold(meeting.id, attendees=(two[1],), minutes=differs("meeting:0", "minutes", "议了漏水"))
    ids["meeting"] = meeting.id
    ids["intervention"] = desk.interventions.record(
        kind="littering", station=one, outcome="stopped", day=date(2025, 10, 2), place="东门",
        note=differs("intervention:0", "note", "劝和了"),
    ).id  # fmt: skip
    veteran = {
        "born": Dated(PartialDate.parse("1928-02")),
        "joined_party": Dated(PartialDate.parse("1950-06")),
    }
    old = [desk.members.register(name=name, station=one, **veteran).id for name in ("子安民", "子安国")]
    refused = desk.honours.survey("fifty-years", old[0], on=date(2025, 7, 1))
    desk.honours.refuse(refused.id, reason=differs("award:8", "reason", "papers-missing"))
    desk.honours.record(
        "fifty-years", old[1], awarded_on=date(2022, 7, 1), on=date(2022, 7, 1),
        checked_by=differs("award:9", "checked_by", "office-li"),
    )  # fmt: skip
    ids["award"] = refused.id
    desk.reach.note(two[6], ways=differs("reach:6", "ways", (Channelled("phone", ""),)))
    desk.reach.copy_to(two[6], two[7], kinship=differs("reach:6", "copies", Kinship.CHILD))
    callout = desk.callouts.open(
        station=one, what="清扫楼道", starts=datetime(2025, 10, 25, 1, tzinfo=UTC), needed=2
    )
    desk.callouts.answer(callout.id, two[2], "yes")
    gone = desk.callouts.open(
        station=one, what="搬书", starts=datetime(2025, 10, 26, 1, tzinfo=UTC), needed=1
    )
    desk.callouts.call_off(gone.id, reason=differs("callout:0", "reason", "rain"))
    ids |= {"callout": callout.id, "called-off": gone.id}
    desk.kin.record(two[6], two[7], differs("tie:6", "kind", TieKind.KIN))
    desk.safeguarding.record_screening(
        two[2], on=date(2025, 4, 1),
        **fields("screening:2", {"result": ScreeningResult.CLEAR, "source": "police"}),
    )  # fmt: skip
    world.network.desk("volunteer:wu", purpose="emergency").access.break_glass(
        two[6],
        reason="no-answer",
        tell=("steward:office", "lead:zhu"),
        words=differs("grant:6", "words", "三天没开门"),
    )
    ids["request"] = desk.rights.ask(
        two[6], RequestKind.COPY, words=differs("request:6", "words", "想看看")
    ).id
    desk.consents.give(two[6], "publish", way=Way.IN_PERSON)
    desk.rights.hold(two[7], reason="court")
    call = fields("call:0", {"text": "明天九点值班", "title": "值班", "address": "14400007777"})
    ids["call"] = desk.calls.ask(medium="phone", member=two[6], station=one, **call).id
    campaign = desk.suggestions.open_campaign(title="金点子", opened=date(2025, 3, 1))
    ids["submission"] = desk.suggestions.hand_in(
        campaign=campaign.id, member=two[6], items=("多装路灯",), pages=1
    ).id
    ids["campaign"] = campaign.id
    team = desk.teams.found(name="银发队", station=one)
    desk.teams.join(team.id, two[2], first=date(2025, 1, 5))
    programme = desk.teams.define_programme(title="周周学", code="study")
    desk.teams.take_part(programme.id, two[2], first=date(2025, 1, 5))
    ids |= {"team": team.id, "programme": programme.id}
    feed = desk.feeds.give(member=two[1])
    ids["token"] = feed.token
    post = Post(world.network)
    post.deliver()
    # What went out, and what waits for its hour in the words that it would have now.
    sent = [(one.notice, one.message) for one in post.sent]
    sent += [(one, post.teller.word(one, one.routes[0], post.telling())) for one in post.waiting.values()]
    world.notices = [(notice.to, notice.key, notice.routes, message) for notice, message in sent]


OTHER_HERE: dict[tuple[str, str], tuple[Any, ...]] = {
    ("former:4", "phone"): ("14400000001", None),
    ("former:4", "remark"): ("欠过钱", None),
    ("former:4", "health_note"): ("糖尿病", None),
    ("profile:7", "compound"): (None,),
    ("profile:7", "walks"): (lambda world: (Walk(world.ids["far"], 5),),),
    ("profile:7", "wants_sex"): (Sex.FEMALE, Sex.MALE),
    ("profile:7", "needs"): (("买菜",), ("陪诊", "聊天")),
    ("profile:7", "apart"): (lambda world: (world.members[1],),),
    ("appointment:6", "despite"): ("身体允许",),
    ("pairing:0", "despite"): ("office-wang",),
    ("pairing:2", "end_reason"): tuple(EndReason),
    ("attendance:2", "despite"): ("office-wang",),
    ("handover:0", "handover"): ("张奶奶来吵过",),
    ("duty:2", "despite"): ("office-wang",),
    ("duty:4", "sick"): (True,),
    ("availability:2", "apart"): (lambda world: (world.members[1],),),
    ("meeting:0", "minutes"): ("议了打架的事", None),
    ("intervention:0", "note"): ("报了警", None),
    ("award:8", "reason"): ("complaint",),
    ("award:9", "checked_by"): ("office-wang",),
    ("reach:6", "ways"): (
        (Channelled("phone", "14400008888"),),
        (Channelled("mail", "a@example.org"), Channelled("phone", "")),
    ),
    ("reach:6", "copies"): tuple(Kinship),
    ("callout:0", "reason"): ("trouble",),
    ("tie:6", "kind"): (TieKind.HOUSEHOLD,),
    ("screening:2", "result"): (ScreeningResult.NOT_CLEAR,),
    ("screening:2", "source"): ("school",),
    ("grant:6", "words"): ("邻居听见呼救",),
    ("request:6", "words"): ("谁看过我的电话", None),
    ("call:0", "text"): ("您的体检结果到了",),
    ("call:0", "title"): ("体检",),
    ("call:0", "address"): ("14400006666",),
}
"""What may differ in a twin; a function where it is somebody or something of the world."""

MEMBER_TOO: dict[str, tuple[Any, ...]] = {
    "volunteer_number": (None, "430100000123"),
    "full_member": (None, Dated(PartialDate.parse("1960-01"))),
    "background": tuple(Background)[:2],
}
"""Further fields of a member."""


def hidden_here(viewer: str, record: str) -> bool:
    """Whether this viewer may not see it: said by hand, as in twin_worlds."""
    sees = {
        "supporter": ("pairing:0", "callout:0"),  # whoever was asked to come is told why it is called off
        "taker": ("meeting:0",),  # was there
        "auditor": ("grant:6",),  # the committee reads why the glass was broken
    }
    return record not in sees.get(viewer, ())


def _page(render: Callable[..., str], asked: Ask) -> Ask:
    return lambda desk, world: [render(asked(desk, world), language) for language in ("zh", "en")]


def _file_page(desk: Desk, world: Any, member: MemberId) -> Any:
    return render_person_file(desk.rights.about(member), "双生网络")


def _own(desk: Desk, world: Any) -> Any:
    """What was sent to the person who looks: a notice is a look as well."""
    me = desk.seat.actor.member
    return [told[1:] for told in world.notices if told[0] == me]


class _Seen(Exception):
    """Ends a planning as soon as the planner has been given its problem."""

    def __init__(self, problem: RotaProblem | PairingProblem) -> None:
        self.problem = problem


class _Shows(RotaPlanner, PairingPlanner):
    """Gives the problem back: what a plan is made from must not tell more than its maker sees."""

    def roster(self, problem: RotaProblem, effort: Effort) -> RotaPlan:
        raise _Seen(problem)

    def pair(self, problem: PairingProblem, effort: Effort) -> PairingPlan:
        raise _Seen(problem)


def _planned(ask: Callable[[Desk, Any, _Shows], Any]) -> Ask:
    def asked(desk: Desk, world: Any) -> Any:
        try:
            return ask(desk, world, _Shows())
        except _Seen as seen:
            return seen.problem

    return asked


@final
@attrs.frozen
class OfEach:
    """A question that is asked of one member after the other; of all where it tries to ``act``."""

    ask: Callable[[Desk, Any, MemberId], Any]
    act: bool = False


QUESTIONS_HERE: dict[str, Any] = {
    "waiting-grants": lambda d, w: d.access.waiting(),
    "grants": lambda d, w: d.access.grants(),
    "looks-at": OfEach(lambda d, w, m: d.access.of_member(m)),
    "activity": lambda d, w: d.activities.get(w.ids["course"]),
    "activities": lambda d, w: (d.activities.all(), d.activities.named("书法课")),
    "lesson": lambda d, w: (d.activities.one(w.ids["lesson"]), d.activities.attendances(w.ids["lesson"])),
    "lessons": lambda d, w: d.activities.occurrences(YEAR),
    "attended": OfEach(lambda d, w, m: d.activities.of_member(m, YEAR)),
    "shortfalls": lambda d, w: d.activities.shortfalls(w.ids["course"], YEAR),
    "appointments": lambda d, w: (d.appointments.current(), d.appointments.beginning(YEAR)),
    "vacant": lambda d, w: d.appointments.gaps(),
    "appointed": OfEach(lambda d, w, m: [d.appointments.get(a.id) for a in d.appointments.of_member(m)]),
    "available": OfEach(lambda d, w, m: (d.availability.of_member(m), d.availability.on(m, WEEK.first))),
    "leaves": lambda d, w: (d.availability.leaves(YEAR), d.availability.wishes(YEAR)),
    "leaves-of": OfEach(lambda d, w, m: d.availability.leaves_of(m)),
    "slips": lambda d, w: d.availability.slips(station=w.stations[0]),
    "callouts": lambda d, w: (d.callouts.all(status=None), d.callouts.get(w.ids["called-off"])),
    "callout": lambda d, w: (d.callouts.answers(w.ids["callout"]), d.callouts.standing(w.ids["callout"])),
    "calls": lambda d, w: (d.calls.all(), d.calls.waiting()),
    "call": lambda d, w: d.calls.get(w.ids["call"]),
    "call-sheet": lambda d, w: d.calls.sheet("phone", station=w.stations[0]),
    "page-calls": _page(render_calls, lambda d, w: d.calls.sheet("phone", station=w.stations[0])),
    "charter": lambda d, w: d.charter.get(),
    "assessment": lambda d, w: d.compliance.impact_assessment(),
    "minors": lambda d, w: d.compliance.minors(2025),
    "page-minors": _page(render_minors_audit, lambda d, w: d.compliance.minors(2025)),
    "page-record": _page(render_processing_record, lambda d, w: d.compliance.processing_record()),
    "concerns-open": lambda d, w: (d.concerns.open(), d.concerns.overdue(), d.concerns.awaiting_reply()),
    "tabled-late": lambda d, w: d.concerns.tabled_late(YEAR),
    "consents": OfEach(lambda d, w, m: (d.consents.of(m), d.consents.agreed(m, "publish"))),
    "consent-texts": lambda d, w: d.consents.texts(),
    "helpers": lambda d, w: d.covers.find(w.ids["coming"]),
    "cover-lists": lambda d, w: (d.covers.lists(w.ids["coming"]), d.covers.asked(w.ids["coming"])),
    "duties": OfEach(lambda d, w, m: d.duties.of_member(m, YEAR)),
    "duty": lambda d, w: d.duties.get(w.ids["later"]),
    "feeds": lambda d, w: d.feeds.all(),
    "feed-member": OfEach(lambda d, w, m: d.feeds.of_member(m)),
    "feed-station": lambda d, w: d.feeds.of_station(w.stations[0]),
    "feed-duty": lambda d, w: d.feeds.of_duty(w.ids["later"]),
    "feed-token": lambda d, w: to_ical(d.feeds.by_token(w.ids["token"])),
    "definitions": lambda d, w: sorted(d.figures.definitions()),
    "roll": lambda d, w: (d.honours.roll("fifty-years"), d.honours.all()),
    "award": lambda d, w: d.honours.get(w.ids["award"]),
    "honours": OfEach(lambda d, w, m: d.honours.of_member(m)),
    "eligible": OfEach(lambda d, w, m: d.honours.eligible("fifty-years", m)),
    "standing": OfEach(lambda d, w, m: d.honours.standing(m)),
    "intakes": lambda d, w: (d.intake.intakes(), d.intake.held_back()),
    "sources": OfEach(lambda d, w, m: d.intake.sources(Ref("member", m))),
    "interventions": lambda d, w: (d.interventions.all(), d.interventions.get(w.ids["intervention"])),
    "keys": lambda d, w: d.keys.told(),
    "profile": OfEach(lambda d, w, m: d.matching.profile(m)),
    "between": OfEach(lambda d, w, m: d.matching.between(w.scheme, w.members[1], m)),
    "match-plan": _planned(lambda d, w, p: d.matching.plan(w.scheme, planner=p)),
    "meetings": lambda d, w: (d.meetings.all(), d.meetings.get(w.ids["meeting"])),
    "meetingless": lambda d, w: d.meetings.weeks_without(YEAR, station=w.stations[0]),
    "organizations": lambda d, w: (d.organizations.all(), d.organizations.named("东苑")),
    "organization": lambda d, w: d.organizations.get(w.ids["compound"]),
    "outbox": lambda d, w: (d.outbox.all(), d.outbox.standing()),
    "parcel": lambda d, w: (d.outbox.get("none"), d.outbox.trail("none")),
    "notices": _own,
    "pairing": lambda d, w: d.pairings.get(w.ids["pairing"]),
    "reviews-due": lambda d, w: d.pairings.reviews_due(),
    "policy": lambda d, w: d.policy.rows(),
    "reach": OfEach(lambda d, w, m: d.reach.get(m)),
    "texts": lambda d, w: (d.reach.text("duty-assigned"), d.reach.own_texts()),
    "try-text": lambda d, w: d.reach.try_text("duty-assigned", "x"),
    "register-codes": lambda d, w: d.registers.codes(),
    "register-blank": lambda d, w: d.registers.blank("members"),
    "register-filled": lambda d, w: d.registers.filled("members", period=YEAR),
    "page-report": _page(render_report, lambda d, w: d.reports.yearly(YEAR, figures=("activities-held",))),
    "page-wall": _page(
        render_report, lambda d, w: d.reports.yearly(YEAR, figures=("activities-held",), published=True)
    ),
    "page-file": OfEach(_file_page),
    "page-access": lambda d, w: render_access_report(d.access.report(YEAR), "双生网络"),
    "keep-rules": lambda d, w: d.retention.rules(),
    "restrictions": OfEach(lambda d, w, m: (d.rights.restrictions(m), d.rights.holds(m))),
    "roles": lambda d, w: (d.roles.all(), d.roles.get(w.ids["role"])),
    "rota": lambda d, w: (d.rotas.all(), d.rotas.get(w.ids["rota"])),
    "rota-review": lambda d, w: d.rotas.review(w.ids["rota"]),
    "rota-plan": _planned(lambda d, w, p: d.rotas.plan([w.stations[0]], WEEK, planner=p)),
    "rota-what-if": _planned(lambda d, w, p: d.rotas.what_if([w.stations[0]], WEEK, more=1, planner=p)),
    "rota-repair": _planned(lambda d, w, p: d.rotas.repair([w.stations[0]], WEEK, planner=p)),
    "board": lambda d, w: d.rotas.board(w.stations[0], WEEK),
    "page-poster": _page(render_poster, lambda d, w: d.rotas.board(w.stations[0], WEEK)),
    "screened": OfEach(lambda d, w, m: d.safeguarding.standing(m)),
    "seals": lambda d, w: (d.seals.all(), d.seals.latest()),
    "verify": lambda d, w: d.seals.verify(),
    "open": OfEach(lambda d, w, m: d.secrets.open("member", [m], groups=["contact"], purpose="curious")),
    "stations": lambda d, w: (d.stations.all(), d.stations.named("灵溪站"), d.stations.conforms()),
    "station": lambda d, w: (d.stations.get(w.stations[0]), d.stations.below(w.stations[0])),
    "station-before": lambda d, w: d.stations.history(w.stations[0]),
    "campaigns": lambda d, w: (d.suggestions.campaigns(), d.suggestions.campaign(w.ids["campaign"])),
    "suggestions": lambda d, w: (d.suggestions.all(), d.suggestions.reply_rate()),
    "suggestion": lambda d, w: d.suggestions.get(w.ids["submission"]),
    "swaps": lambda d, w: (d.swaps.open(), d.swaps.rings()),
    "swap": lambda d, w: d.swaps.get(w.ids["swap"]),
    "teams": lambda d, w: (d.teams.all(), d.teams.named("银发队"), d.teams.programmes()),
    "memberships": lambda d, w: d.teams.memberships(),
    "team": lambda d, w: (d.teams.get(w.ids["team"]), d.teams.participations(YEAR)),
    "workdays": lambda d, w: d.workdays.days(WEEK),
}  # fmt: skip
"""One question, or a few that belong together; test_noninterference.py says which looks are left out."""

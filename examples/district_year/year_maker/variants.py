"""Sets with a few rows changed, each of which makes lines of the acceptance list false, or none of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from year_maker.activities import LECTURES, TALKS
from year_maker.care import LOW_HIGH
from year_maker.desk import POST
from year_maker.model import Row, Year
from year_maker.posts import SIX

Change = Callable[[Year], None]

VARIANTS: dict[str, tuple[str, frozenset[str]]] = {}
"""Name -> what was changed, and the lines that become false."""

CHANGES: dict[str, Change] = {}


def variant(name: str, what: str, *false: str) -> Callable[[Change], Change]:
    def keep(change: Change) -> Change:
        VARIANTS[name], CHANGES[name] = (what, frozenset(false)), change
        return change

    return keep


def some(year: Year, table: str, **wanted: object) -> list[Row]:
    """The rows of a table with these values, in order."""
    return [row for row in year.tables[table] if all(row.get(k) == v for k, v in wanted.items())]


def drop(year: Year, table: str, *rows: Row) -> None:
    gone = {id(row) for row in rows}
    year.tables[table] = [row for row in year.tables[table] if id(row) not in gone]


@variant("team-of-69", "one member is missing from the list of the district's team", "ACC-01")
def _team_of_69(year: Year) -> None:
    drop(year, "teams", some(year, "teams", team="红霞映天元志愿服务队")[-1])


@variant("older-team", "ten members of the team were born ten years earlier", "ACC-01")
def _older_team(year: Year) -> None:
    # Not those of Xiaohutang: over eighty they would need somebody themselves, and another line would fall.
    asked = [p for p in year.people if p.team and p.age >= 71 and p.station != "xiaohutang"]
    older = [p for p in asked if "cast" not in p.tags][:10]
    for person in older:
        person.born, person.id_number = (person.born[0] - 10, *person.born[1:]), None


@variant("appointee-left", "a community mediator's term ended a month before the reference date", "ACC-02")
def _appointee_left(year: Year) -> None:
    some(year, "six", post=SIX[2])[5]["until"] = date(2021, 11, 30)


@variant("station-lost", "the charter calls the Xiaohutang station a network", "ACC-03")
def _station_lost(year: Year) -> None:
    head, code, tail = year.charter.partition('code = "xiaohutang"\nname = "小湖塘社区“银龄互助”')
    year.charter = head + code + tail.replace('kind = "station"', 'kind = "network"', 1)


@variant("fewer-participants", "eight people of the safe-community programme are missing", "ACC-04")
def _fewer_participants(year: Year) -> None:
    names = list(dict.fromkeys(row["name"] for row in year.tables["programme"]))
    drop(year, "programme", *(row for row in year.tables["programme"] if row["name"] in names[-8:]))


@variant("branch-offices-left", "five people left the branches of the compounds in the autumn", "ACC-04")
def _branch_offices_left(year: Year) -> None:
    rows = some(year, "six", post="党支部书记")[-5:]
    for row in rows:
        row["until"] = date(2021, 9, 30)


@variant("one-talk-less", "one talk is missing: still more than a hundred")
def _one_talk_less(year: Year) -> None:
    drop(year, "activities", some(year, "activities", title=TALKS)[3])


@variant("99-talks", "five talks are missing", "ACC-05")
def _99_talks(year: Year) -> None:
    drop(year, "activities", *some(year, "activities", title=TALKS)[:5])


@variant("small-audiences", "eight people fewer came to every talk", "ACC-05")
def _small_audiences(year: Year) -> None:
    for row in some(year, "activities", title=TALKS):
        if row["heads"] is not None:
            row["heads"] -= 8
            row["minors"] = min(row["minors"], row["heads"])
            rest = row["heads"] - row["minors"]
            row["made"] = {word: n for word, n in (("学生", row["minors"]), ("居民", rest)) if n}


@variant("littering-lost", "one row of littering at Shangge is missing", "ACC-06")
def _littering_lost(year: Year) -> None:
    drop(year, "patrols", some(year, "patrols", station=POST, found="乱丢乱扔", done="已制止")[0])


@variant("parking-twice", "one row of parking was entered again under the other role", "ACC-06")
def _parking_twice(year: Year) -> None:
    row = some(year, "patrols", station=POST, found="违停乱停", done="已制止", role=SIX[2])[0]
    place = year.tables["patrols"].index(row)
    again = {**row, "role": SIX[5], "also": "", "route": "补登：" + row["route"], "_key": "patrols-again"}
    year.tables["patrols"].insert(place + 1, again)


@variant(
    "concern-lost", "one concern of Shangge is missing, in the register, the log and the agenda", "ACC-06"
)
def _concern_lost(year: Year) -> None:
    days = [row["on"] for row in some(year, "concerns", station=POST)]
    gone = next(row for row in some(year, "concerns", station=POST)[12:] if days.count(row["on"]) == 1)
    drop(year, "concerns", gone)
    some(year, "logs", on=gone["on"])[0].update(came="无", done="")
    for item in some(year, "meetings", number=gone["number"]):
        _off_the_agenda(year, item)


def _off_the_agenda(year: Year, item: Row) -> None:
    """A meeting that loses its only item was held all the same."""
    if len(some(year, "meetings", on=item["on"])) > 1:
        drop(year, "meetings", item)
    else:
        item |= {"number": None, "text": "本周无新增议题，例行碰头", "decision": "", "owner": "", "due": None}


@variant("meeting-missed", "no meeting on one weekend", "ACC-07")
def _meeting_missed(year: Year) -> None:
    drop(year, "meetings", some(year, "meetings", number=None)[4])


@variant("duty-missed", "nobody on duty on one quiet day", "ACC-07")
def _duty_missed(year: Year) -> None:
    quiet = some(year, "logs", came="零报告")[20]
    drop(year, "duty", *some(year, "duty", on=quiet["on"]))
    drop(year, "logs", quiet)


@variant("tabled-late", "one concern came to the table only a fortnight later", "ACC-07")
def _tabled_late(year: Year) -> None:
    days = sorted({row["on"] for row in year.tables["meetings"]})
    concern = next(
        row for row in some(year, "concerns", station=POST)
        if len(some(year, "meetings", number=row["number"])) == 1 and not row["remark"]
    )  # fmt: skip
    (item,) = some(year, "meetings", number=concern["number"])
    later = next(day for day in days if day > concern["on"] + timedelta(days=10))
    there = some(year, "meetings", on=later)
    moved = {**item, "on": later, "attendees": there[0]["attendees"], "_key": "meetings-late"}
    year.tables["meetings"].insert(year.tables["meetings"].index(there[0]), moved)
    drop(year, "meetings", *(row for row in there if row["number"] is None))
    _off_the_agenda(year, item)
    if concern["done"]:
        concern["done"] = later + timedelta(days=1)
        concern["answered"] = concern["answered"] and later + timedelta(days=2)


@variant("log-without-concern", "a log tells of a concern that the register does not have", "ACC-07")
def _log_without_concern(year: Year) -> None:
    some(year, "logs", came="无")[30].update(came="来访反映：路灯不亮", done="已登记")


@variant("log-lost", "a fourth day has no log: that is shown, and no line is false")
def _log_lost(year: Year) -> None:
    drop(year, "logs", some(year, "logs", came="无")[30])


@variant("legal-month-missed", "one of the two legal events of May is missing", "ACC-08")
def _legal_month_missed(year: Year) -> None:
    rows = some(year, "activities", kind="法制宣传", station="lingxi")
    drop(year, "activities", next(row for row in rows if row["on"].month == 5))


@variant("few-leaflets", "half as many leaflets", "ACC-08")
def _few_leaflets(year: Year) -> None:
    for row in some(year, "activities", kind="法制宣传", station="lingxi"):
        row["materials"] //= 2


@variant("party-day-lost", "one themed Party day of Xintang is missing", "ACC-09")
def _party_day_lost(year: Year) -> None:
    drop(year, "activities", some(year, "activities", title="新塘社区主题党日")[0])


@variant("medal-too-early", "one of the thirteen became a full member in August 1971", "ACC-09")
def _medal_too_early(year: Year) -> None:
    row = year.tables["awards"][5]
    row["joined"] = row["full"] = (1971, 8, 1)
    person = year.person(row["name"])
    person.joined = person.full = row["full"]


@variant("lecture-lost", "one lecture is missing: the fifteen are Party days, not lectures")
def _lecture_lost(year: Year) -> None:
    drop(year, "activities", some(year, "activities", title=LECTURES)[0])


@variant("suggestion-lost", "one of the fifteen suggestions is missing", "ACC-10")
def _suggestion_lost(year: Year) -> None:
    drop(year, "suggestions", some(year, "suggestions", name="纪长庚")[-1])


@variant("no-reply", "the traffic police replied to none of the fifteen", "ACC-10")
def _no_reply(year: Year) -> None:
    for row in some(year, "suggestions", name="纪长庚"):
        row |= {"by": "", "replied": None, "outcome": "", "answer": ""}


@variant("short-talk", "the veteran's talk took fifty minutes", "ACC-11")
def _short_talk(year: Year) -> None:
    row = some(year, "activities", title="老战士讲红色故事")[0]
    row["end"] = row["end"].replace(hour=9, minute=50)


@variant("minors-unsaid", "nobody wrote down that pupils listened to the veteran", "ACC-11")
def _minors_unsaid(year: Year) -> None:
    some(year, "activities", title="老战士讲红色故事")[0].update(minors=None, made={"居民": 28, "党员": 5})


@variant("class-missed", "one calligraphy class at Changzheng is missing", "ACC-12")
def _class_missed(year: Year) -> None:
    drop(year, "activities", some(year, "activities", title="长征社区书法课")[20])


@variant("limits-unsaid", "the register does not tell what the calligraphy teacher cannot do", "ACC-12")
def _limits_unsaid(year: Year) -> None:
    year.person("步云笙").limits = ""


@variant("session-lost", "one of the six sessions of the classics course is missing", "ACC-13")
def _session_lost(year: Year) -> None:
    drop(year, "activities", some(year, "activities", kind="国学讲堂")[4])


@variant("no-july", "neither study meeting nor opera show in July", "ACC-14")
def _no_july(year: Year) -> None:
    gone = [
        row
        for row in year.tables["activities"]
        if row["title"] in ("优秀共产党员先进事迹学习会", "红色戏曲展演")
    ]
    drop(year, "activities", *gone)


def _sole_pairing(year: Year) -> Row:
    """A pairing of the silver-age scheme that is its elder's only one, and its supporter not yet full."""
    rows = some(year, "pairings", scheme=LOW_HIGH)
    full = rows[0]["supporter"]
    return next(
        r
        for r in rows
        if r["supporter"] != full
        and len(some(year, "pairings", recipient=r["recipient"])) == 1
        and not r["end"]
    )


@variant("elder-unpaired", "one elder of Xiaohutang has nobody", "ACC-15")
def _elder_unpaired(year: Year) -> None:
    gone = _sole_pairing(year)
    drop(year, "pairings", gone)
    drop(year, "contacts", *some(year, "contacts", recipient=gone["recipient"]))


@variant("sixth-recipient", "one supporter was given a sixth elder, over the limit of five", "ACC-15")
def _sixth_recipient(year: Year) -> None:
    row = _sole_pairing(year)
    full = year.tables["pairings"][0]["supporter"]
    for contact in some(year, "contacts", recipient=row["recipient"]):
        contact["supporter"] = full
    row["supporter"] = full


@variant("veteran-unvisited", "nobody wrote down the veteran under his courtesy title", "ACC-16")
def _veteran_unvisited(year: Year) -> None:
    drop(year, "visits", *some(year, "visits", name="卯爷爷"))

"""Teams, the six roles, the offices in compounds, and the safe-community programme."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from year_maker.model import COMMUNITIES, COMMUNITY_NAMES, COMPOUNDS, NEW_BODIES, Person, Row, Year

SIX = (
    "两新组织党建指导员", "理论政策宣讲员", "社区矛盾调解员", "红色小区规划员", "青苗呵护员",
    "新时代文明实践辅导员",
)  # fmt: skip
NUMERALS = "一二三四"


def make_posts(year: Year) -> None:
    _teams(year)
    rng = year.random("posts")
    veterans = [p for p in year.people if p.team]
    party = [p for p in year.people if p.category == "志愿者" and p.party and p.age >= 60]
    party = [p for p in party if not p.tags & {"namesake", "award", "near-miss"}]
    _six(year, rng, veterans, party)
    _offices(year, rng, veterans, party)
    _programme(year, rng, veterans, party)


def _teams(year: Year) -> None:
    rng = year.random("teams")
    veterans = [p for p in year.people if p.team]
    rows: list[Row] = []
    for person in veterans:
        # The newest took the oath in March 2021, a volunteer before that; the others on joining or soon.
        late = timedelta(days=rng.choice((0, 0, 7)))
        joined = date(2021, 3, 5) if person.name == "谌望舒" else person.since
        oath = joined if person.name == "谌望舒" else joined + late
        rows.append({"team": "红霞映天元志愿服务队", "name": person.name, "since": joined, "oath": oath})
    speakers = [year.person(n) for n in ("韩启明", "尤慧芳", "柏松年", "耿秋实", "辛百川", "卯长河")]
    speakers += rng.sample([p for p in veterans if "cast" not in p.tags], 6)
    for person in speakers:
        person.tags.add("speaker")
        rows.append({"team": "夕阳红宣讲团", "name": person.name, "since": date(2019, 7, 1), "oath": None})
    year.put("teams", rows)


def _term(rng: Random, year: int = 2020) -> tuple[date, date]:
    start = date(year, rng.choice((1, 3, 7, 9)), 1)
    return start, date(start.year + 3, start.month, 1) - timedelta(days=1)


def _row(post: str, person: Person, **more: object) -> Row:
    return {"post": post, "name": person.name, "station": person.station, "body": "", "remark": "", **more}


def _six(year: Year, rng: Random, veterans: list[Person], party: list[Person]) -> None:
    """Ten current people in each of the six roles; four of them hold two; some terms are over."""
    usable = [p for p in [*veterans, *party] if not p.limits and p.name not in ("纪长庚", "步云笙")]
    shangge = [p for p in usable if p.station == "shangge"]
    pool = [p for p in usable if p.station != "shangge"]
    rng.shuffle(pool)
    chosen: dict[str, list[Person]] = {post: [] for post in SIX}
    mediators, coaches = chosen[SIX[2]], chosen[SIX[5]]
    mediators += shangge[:4]
    coaches += shangge[4:7]
    for code in ("xiangwan", "xintang", "xiaohutang"):
        mediators.append(_take(pool, code))
    coaches += [_take(pool, "xiangwan"), _take(pool, "xiangwan")]
    zi = year.person("訾安平")
    chosen[SIX[1]].append(zi)
    pool = [p for p in pool if p is not zi]
    # Two mediators serve as coaches too, and two speakers advise new bodies: ten posts, fewer people.
    coaches += mediators[:2]
    chosen[SIX[0]] += [zi]
    while len(chosen[SIX[1]]) < 10:
        chosen[SIX[1]].append(pool.pop())
    chosen[SIX[0]].append(chosen[SIX[1]][1])
    for post in SIX:
        while len(chosen[post]) < 10:
            chosen[post].append(pool.pop())
    rows: list[Row] = []
    for post in SIX:
        for number, person in enumerate(chosen[post]):
            start, end = _term(rng, 2021 if number == 9 else 2020)
            if post == SIX[4] and number == 0:  # whoever comes next year takes this place
                start, end = date(2019, 9, 1), date(2022, 8, 31)
            body = NEW_BODIES[number] if post == SIX[0] else ""
            last = None if number == 8 else end
            route = "推荐" if number % 4 == 3 else "选聘"
            person.tags.add(f"post:{post}")
            rows.append(_row(post, person, body=body, since=start, until=last, route=route))
        gone = pool.pop()  # the predecessor of the tenth
        start, before = date(2019, 7, 1), rows[-1]["since"] - timedelta(days=1)
        rows.append(
            _row(
                post,
                gone,
                since=start,
                until=before,
                route="选聘",
                remark="期满，不再续聘",
                body=NEW_BODIES[9] if post == SIX[0] else "",
            )
        )
    rows.append(
        _row(
            SIX[4], pool.pop(), since=date(2022, 9, 1), until=date(2025, 8, 31), route="选聘", remark="下一届"
        )
    )
    rows.append(
        _row(
            "支部委员",
            year.person("丁若谷"),
            body="示范区离退休干部党支部",
            since=date(2018, 5, 1),
            until=None,
            route="选举",
        )
    )
    rows.append(
        _row(
            "会长",
            year.person("丁若谷"),
            body="示范区老年科技协会",
            since=date(2019, 1, 1),
            until=None,
            route="选举",
        )
    )
    rows.append(
        _row(
            "支部委员",
            year.person("钮思勤"),
            body="示范区离退休干部党支部",
            since=date(2018, 5, 1),
            until=None,
            route="选举",
        )
    )
    year.put("six", rows)


def _take(pool: list[Person], station: str) -> Person:
    person = next(p for p in pool if p.station == station)
    pool.remove(person)
    return person


def _offices(year: Year, rng: Random, veterans: list[Person], party: list[Person]) -> None:
    """24 people in branches of compounds (26 offices), 86 on owners' committees or leading groups."""
    pool = [*veterans, *party]
    rng.shuffle(pool)
    compounds = [(code, name) for code, names in COMPOUNDS.items() for name in names]
    rows: list[Row] = []
    branch = pool[:24]
    for (code, compound), secretary, adviser in zip(compounds, branch[:12], branch[12:], strict=True):
        start = date(2020, rng.choice((4, 6, 10)), 1)
        for post, person in (("党支部书记", secretary), ("党建指导员", adviser)):
            rows.append(
                _row(
                    post,
                    person,
                    station=code,
                    body=f"{compound}党支部",
                    since=start,
                    until=None,
                    route="选举" if post == "党支部书记" else "推荐",
                )
            )
    for number in (0, 1):  # two secretaries advise the next compound as well
        code, compound = compounds[number + 1]
        rows.append(
            _row(
                "党建指导员",
                branch[number],
                station=code,
                body=f"{compound}党支部",
                since=date(2021, 5, 1),
                until=None,
                route="推荐",
            )
        )
    rng.shuffle(pool)
    residents = pool[:86]
    places = [("业委会成员", code, f"{compound}业委会") for code, compound in compounds for _ in range(5)]
    places += [
        ("居民小组长", code, f"{COMMUNITY_NAMES[code]}社区第{NUMERALS[n]}居民小组")
        for code in COMMUNITIES
        for n in range(4)
    ]
    for number, (post, code, body) in enumerate(places[:88]):
        person = residents[number % 86]  # two of them lead a group besides their seat
        rows.append(
            _row(
                post,
                person,
                station=code,
                body=body,
                since=date(2019 + number % 3, 6, 1),
                until=None,
                route="选举",
            )
        )
    for number in range(4):
        post, code, body = places[number * 5]
        gone = pool[86 + number]
        rows.append(
            _row(
                post,
                gone,
                station=code,
                body=body,
                since=date(2018, 6, 1),
                until=date(2020, 5, 31),
                route="选举",
                remark="换届卸任",
            )
        )
    year.put("six", rows)


def _programme(year: Year, rng: Random, veterans: list[Person], party: list[Person]) -> None:
    pool = [*veterans, *party]
    chosen = [year.person("田𠮷生"), *rng.sample([p for p in pool if p.name != "田𠮷生"], 125)]
    rows: list[Row] = []
    for number, person in enumerate([*chosen, *rng.sample(chosen, 16)]):
        on = date(2021, 1, 4) + timedelta(days=rng.randrange(355))
        remark = (
            rng.choice(("入户宣传", "夜间巡防", "消防隐患排查", "反诈宣传", ""))
            if number < 126
            else "再次参与"
        )
        rows.append({"programme": "平安社区创建", "name": person.name, "on": on, "remark": remark})
    rows.sort(key=lambda row: row["on"])
    year.put("programme", rows)

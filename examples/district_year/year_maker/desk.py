"""The 365 post of Shangge: duty, logs, concerns, weekly meetings; and the patrols."""

from __future__ import annotations

from datetime import date, time, timedelta
from random import Random

from year_maker.model import COMMUNITY_NAMES, COMPOUNDS, FIRST, LAST, Row, Year
from year_maker.posts import SIX

POST = "shangge-365"
CONCERNS = (
    ("楼道堆放杂物影响通行", "投诉"), ("路灯不亮，晚上出行不便", "求助"), ("垃圾桶满溢未及时清运", "投诉"),
    ("楼上漏水多次协商未果", "求助"), ("小区门口乱停车", "投诉"), ("希望增设健身器材", "建议"),
    ("咨询高龄津贴办理手续", "咨询"), ("广场舞音乐声音过大", "投诉"), ("电动车在楼道充电", "举报"),
    ("窨井盖松动", "求助"), ("建议增设休息座椅", "建议"), ("物业收费不清楚", "咨询"),
    ("装修时间过早扰民", "投诉"),
    ("独居老人需要定期上门", "求助"), ("绿化带被占用种菜", "举报"), ("单元门禁损坏", "求助"),
)  # fmt: skip
OUTCOMES = ("已解决", "已解决", "已解决", "已办结", "解释说明", "已转办", "正在办理")
DECISIONS = {
    "已解决": "解决", "已办结": "联系物业", "解释说明": "解释说明", "已转办": "上报部门",
    "正在办理": "继续观察", "不予受理": "不予受理", "已并案": "合并",
}  # fmt: skip


def make_desk(year: Year) -> None:
    meetings = _meeting_days(year.random("meeting-days"))
    pool = [
        p.name for p in year.people
        if p.station == "shangge" and p.category in ("志愿者", "老党员志愿者") and not p.limits
        and "namesake" not in p.tags
    ]  # fmt: skip
    on_duty = _duty(year, pool)
    concerns = _concerns(year, meetings, on_duty)
    _logs(year, on_duty, concerns)
    _meetings(year, meetings, concerns, pool)
    _patrols(year)


def _meeting_days(rng: Random) -> list[date]:
    """One day of each weekend of the year: 52 meetings, the first on 2 or 3 January."""
    return [date(2021, 1, 2) + timedelta(days=7 * week + rng.randrange(2)) for week in range(52)]


def _duty(year: Year, pool: list[str]) -> dict[date, tuple[str, ...]]:
    rng = year.random("duty")
    found: dict[date, tuple[str, ...]] = {}
    rows: list[Row] = []
    order = rng.sample(pool, len(pool))
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        names = (order[2 * number % len(order)], order[(2 * number + 1) % len(order)])
        found[day] = names
        rows.append(
            {
                "on": day,
                "start": time(8, 30),
                "end": time(11, 30),
                "names": names,
                "station": POST,
                "phone": year.person(names[0]).phone,
                "remark": "",
            }
        )
    year.put("duty", rows)
    return found


def _concerns(year: Year, meetings: list[date], on_duty: dict[date, tuple[str, ...]]) -> list[Row]:
    rng = year.random("concerns")
    days = [day for day in on_duty if day not in meetings and day <= date(2021, 12, 23)]
    chosen = sorted([*rng.sample(days, 28), *rng.sample(days, 3)])
    others = sorted(
        (rng.choice(days), station) for station in ("xiangwan", "xintang", "xiaohutang", "lingxi") * 3
    )
    residents = [p for p in year.people if p.category == "居民"]
    takers = {p.station: p.name for p in year.people if p.team and "cast" not in p.tags}
    rows: list[Row] = []
    for number, (day, station) in enumerate(sorted([(d, POST) for d in chosen] + others), 1):
        code = "shangge" if station == POST else station
        text, kind = rng.choice(CONCERNS)
        outcome = rng.choice(OUTCOMES)
        who = rng.choice([p for p in residents if p.station == code])
        raiser, phone = who.name, who.phone
        if rng.random() < 0.3:
            raiser, phone = rng.choice(("匿名", f"{who.name[0]}女士", f"{who.name[0]}师傅")), ""
        meeting = next(held for held in meetings if held >= day)
        done = meeting + timedelta(days=rng.randint(1, 12))
        finished = outcome != "正在办理" and done <= LAST
        taker = on_duty[day][0] if station == POST else takers[code]
        name = COMMUNITY_NAMES[code]
        answered = finished and rng.random() < 0.85
        rows.append(
            {
                "number": number, "on": day, "raiser": raiser, "phone": phone,
                "compound": rng.choice(COMPOUNDS[code]), "text": text, "kind": kind, "taker": taker,
                "station": station, "unit": rng.choice((f"{name}社区", f"{name}社区", "示范区城管执法大队")),
                "owner": taker, "due": day + timedelta(days=15),
                "outcome": outcome if finished else "正在办理",
                "done": done if finished else None,
                "answered": min(done + timedelta(days=rng.randrange(3)), LAST) if answered else None,
                "rating": rng.choice(("满意", "满意", "基本满意", "不满意")) if answered else "",
                "remark": "",
            }
        )  # fmt: skip
    _odd_outcomes(rows)
    twin = next(p for p in year.people if "namesake" in p.tags and p.station == "shangge")
    first = next(row for row in rows if row["station"] == POST and row["raiser"])
    first["raiser"], first["phone"] = twin.name, twin.phone
    year.put("concerns", rows)
    return rows


def _odd_outcomes(rows: list[Row]) -> None:
    """One refused, one joined with an earlier one: neither is an answer to a resident."""
    post = [row for row in rows if row["station"] == POST]
    for row, outcome in ((post[5], "不予受理"), (post[9], "已并案")):
        row |= {"outcome": outcome, "done": None, "answered": None, "rating": ""}
    post[9]["remark"] = f"与{post[8]['number']}号重复，并案处理"


def _logs(year: Year, on_duty: dict[date, tuple[str, ...]], concerns: list[Row]) -> None:
    rng = year.random("logs")
    busy: dict[date, list[Row]] = {}
    for row in concerns:
        if row["station"] == POST:
            busy.setdefault(row["on"], []).append(row)
    quiet = [day for day in on_duty if day not in busy]
    missing = set(rng.sample(quiet[10:-10], 3))
    rows: list[Row] = []
    for day, names in on_duty.items():
        if day in missing:
            continue
        came = "；".join(f"来访反映：{row['text']}" for row in busy.get(day, ()))
        rows.append(
            {
                "on": day, "weather": rng.choice(("晴", "多云", "阴", "小雨", "晴")), "name": names[0],
                "came": came or rng.choice(("无", "零报告", "无来访来电", "无")),
                "done": "已登记，提交例会" if came else "",
                "handover": rng.choice(("无", "", "钥匙已交接", "无")), "remark": "",
            }
        )  # fmt: skip
    year.put("logs", rows)


def _meetings(year: Year, days: list[date], concerns: list[Row], pool: list[str]) -> None:
    rng = year.random("meetings")
    agenda: dict[date, list[Row]] = {day: [] for day in days}
    for concern in concerns:
        if concern["station"] != POST:
            continue
        first = next(day for day in days if day >= concern["on"])
        decision = DECISIONS[concern["outcome"]]
        agenda[first].append(
            {
                "number": concern["number"],
                "text": concern["text"],
                "decision": decision,
                "owner": concern["owner"],
                "due": concern["due"],
                "remark": concern["remark"],
            }
        )
        later = next((day for day in days if day > first), None)
        if concern["outcome"] == "正在办理" and later:
            agenda[later].append(
                {
                    "number": concern["number"],
                    "text": concern["text"],
                    "decision": "继续观察",
                    "owner": concern["owner"],
                    "due": concern["due"] + timedelta(days=7),
                }
            )
    rows: list[Row] = []
    for day, items in agenda.items():
        attendees = tuple(rng.sample(pool, min(len(pool), rng.randint(5, 7))))
        empty = {"number": None, "text": "本周无新增议题，例行碰头", "decision": "", "owner": "", "due": None}
        for item in items or [empty]:
            rows.append({"on": day, "station": POST, "attendees": attendees, "remark": "", **item})
    year.put("meetings", rows)


def pieces(rng: Random, total: int, most: int) -> list[int]:
    """Random whole numbers from 1 up to ``most`` that make up the total."""
    found: list[int] = []
    while (left := total - sum(found)) > 0:
        found.append(min(left, rng.randint(1, most)))
    return found


def _patrols(year: Year) -> None:
    rng = year.random("patrols")
    holders = {post: [p for p in year.people if f"post:{post}" in p.tags] for post in (SIX[2], SIX[5])}
    mediators = [p.name for p in holders[SIX[2]] if p.station == "shangge"]
    coaches = [p.name for p in holders[SIX[5]] if p.station == "shangge"]
    xiangwan = [p.name for p in holders[SIX[5]] if p.station == "xiangwan"]
    rows: list[Row] = []

    def add(
        found: str, done: str, incidents: int, station: str, crew: list[str], role: str, also: str
    ) -> None:
        on = FIRST + timedelta(days=rng.randrange(365))
        compound = rng.choice(COMPOUNDS["shangge" if station == POST else station])
        names = tuple(rng.sample(crew, 2))
        rows.append(
            {
                "on": on,
                "at": time(rng.choice((7, 8, 16, 19)), rng.choice((0, 10, 30, 45))),
                "route": f"{compound}—{rng.choice(('东门', '南广场', '菜市场', '主干道'))}",
                "names": names,
                "found": found,
                "done": done,
                "station": station,
                "role": role,
                "also": also,
                "incidents": incidents,
                "remark": "",
            }
        )

    for found, total in (("违停乱停", 127), ("乱丢乱扔", 319)):
        for number, incidents in enumerate(pieces(rng, total, 3)):
            if number % 5 < 3:
                add(found, "已制止", incidents, POST, mediators, SIX[2], SIX[5] if number % 5 < 2 else "")
            else:
                add(found, "已制止", incidents, POST, coaches, SIX[5], "")
    for number in range(14):  # seen at Shangge, but not stopped: they belong to no total of acts stopped
        found = ("违停乱停", "乱丢乱扔")[number % 2]
        done = ("已劝导", "不听劝阻", "已移交", "不听劝阻")[number % 4]
        add(found, done, 1, POST, mediators, SIX[2], "")
    for _ in range(6):
        add("其他", "未发现情况", 0, POST, coaches, SIX[5], "")
    for number in range(48):
        found = ("遛狗不牵绳", "垃圾未分类", "遛狗不牵绳", "其他")[number % 4]
        add(found, ("已劝导", "已制止", "已制止", "已移交")[number % 4], 1, "xiangwan", xiangwan, SIX[5], "")
    for _ in range(9):
        add("乱丢乱扔", "已制止", rng.randint(1, 2), "xiangwan", xiangwan, SIX[5], "")
    rows.sort(key=lambda item: (item["on"], item["at"], item["route"]))
    year.put("patrols", rows)

"""Count the acceptance figures straight from the sheets: an oracle that knows nothing of the library.

    python examples/district_year/count.py FOLDER

It reads with openpyxl, csv, zipfile and tomllib, clears the mess in its own plain way, and shares no code
with the generator or with grassroots. ``count(folder)`` gives the figures by line of the acceptance list,
``holds(figures)`` says which lines are true. Dates are calendar days of the network.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from count_cells import (
    Record,
    clock,
    day,
    full_years,
    names,
    number,
    partial,
    place,
    plain,
    records,
)

FIRST, LAST = date(2021, 1, 1), date(2021, 12, 31)
MEDAL_DAY = date(2021, 7, 1)
SIX = {
    "两新组织党建指导员", "理论政策宣讲员", "社区矛盾调解员", "红色小区规划员", "青苗呵护员",
    "新时代文明实践辅导员",
}  # fmt: skip
BRANCH, RESIDENTS = {"党支部书记", "党建指导员"}, {"业委会成员", "居民小组长"}
THEMES = {"湘湾": "国学院", "新塘": "睦邻", "小湖塘": "银龄互助"}
TOPICS = {"经典诵读", "剪纸", "书法", "文明实践"}
NIL = ("无", "零报告", "无来访来电")
TALKER, TEACHER, WRITER, VETERAN = "柏松年", "步云笙", "纪长庚", "卯长河"

Figures = dict[str, dict[str, Any]]


# -- counting --------------------------------------------------------------------------------------
def count(folder: Path) -> Figures:
    """All figures, by line of the acceptance list."""
    register = list(records(folder, "01", "姓名", "出生年月"))
    born = {plain(row["姓名"]): partial(row["出生年月"]) for row in register}
    events = [_event(row) for row in records(folder, "05", "活动名称", "日期")]
    held = [event for event in events if event["day"] and event["heads"] is not None]
    return {
        "ACC-01": _team(folder, born),
        "ACC-02": _six(folder),
        "ACC-03": _network(folder),
        "ACC-04": _offices(folder),
        "ACC-05": _talks(held),
        **_post(folder),
        "ACC-08": _legal(held),
        "ACC-09": _xintang(folder, held),
        "ACC-10": _suggestions(folder),
        "ACC-11": _talk(held, born),
        "ACC-12": _classes(held, register),
        "ACC-13": _course(held),
        "ACC-14": _july(held),
        "ACC-15": _pairings(folder, register),
        "ACC-16": _visitors(folder, born),
        "ACC-17": _behind(folder),
    }


def _team(folder: Path, born: dict[str, Any]) -> dict[str, Any]:
    team = {
        plain(r["姓名"]) for r in records(folder, "02", "队伍", "姓名") if "红霞映天元" in plain(r["队伍"])
    }
    ages = [full_years(born[name], LAST) for name in team if born.get(name)]
    low, high = (sum(age[n] for age in ages) / len(ages) for n in (0, 1))
    return {"members": len(team), "with_birth": len(ages), "mean_low": low, "mean_high": high}


def _holders(folder: Path) -> Iterator[tuple[str, str, bool]]:
    for row in records(folder, "03", "岗位", "姓名"):
        since, until = day(row["任职时间"]), day(row["届满时间"])
        now = since is not None and since <= LAST and (until is None or until >= LAST)
        yield plain(row["岗位"]), plain(row["姓名"]), now


def _six(folder: Path) -> dict[str, Any]:
    current = {(post, name) for post, name, now in _holders(folder) if now and post in SIX}
    return {
        "per_role": dict(sorted(Counter(post for post, _ in current).items())),
        "appointments": len(current),
        "people": len({name for _, name in current}),
    }


def _network(folder: Path) -> dict[str, Any]:
    charter = tomllib.loads((folder / "charter.toml").read_text(encoding="utf-8"))
    stations = charter["station"]
    kinds = Counter(station["kind"] for station in stations)
    named = [station["name"] for station in stations if station["kind"] == "station"]
    themed = {short for short, theme in THEMES.items() if any(short in n and theme in n for n in named)}
    return {**{kind: kinds[kind] for kind in ("hub", "station", "network", "post")}, "themed": sorted(themed)}


def _offices(folder: Path) -> dict[str, Any]:
    current = [(post, name) for post, name, now in _holders(folder) if now]
    return {
        "branch": len({name for post, name in current if post in BRANCH}),
        "residents": len({name for post, name in current if post in RESIDENTS}),
        "participants": len({plain(row["姓名"]) for row in records(folder, "04", "项目", "姓名")}),
    }


def _event(row: Record) -> Record:
    start, end = clock(row["开始时间"]), clock(row["结束时间"])
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute if start and end else None
    return {
        "title": plain(row["活动名称"]), "kind": plain(row["活动类型"]), "day": day(row["日期"]),
        "minutes": minutes,
        "place": place(row["地点"]), "team": plain(row["组织队伍"]), "speakers": names(row["主讲人"]),
        "topic": plain(row["主题"]), "heads": number(row["参加人数"]), "minors": number(row["其中未成年人"]),
        "made": plain(row["人员构成"]), "leaflets": number(row["宣传资料"]) or 0,
    }  # fmt: skip


def _talks(held: list[Record]) -> dict[str, Any]:
    talks = [e for e in held if "夕阳红" in e["team"] and e["kind"] == "宣讲"]
    return {"talks": len(talks), "attendance": sum(e["heads"] for e in talks)}


def _post(folder: Path) -> Figures:
    """ACC-06 and ACC-07: the post of Shangge."""
    concerns = {
        number(row["序号"]): day(row["收集时间"])
        for row in records(folder, "09", "收集时间", "反映内容")
        if place(row["收集地点"]) == "365" and (day(row["收集时间"]) or LAST) <= LAST
    }
    stopped: dict[str, Counter[str]] = defaultdict(Counter)
    credited: Counter[str] = Counter()
    for row in records(folder, "11", "巡逻路线", "起数"):
        if place(row["站点"]) == "365" and plain(row["处理情况"]) == "已制止":
            found, incidents = plain(row["发现问题"]), number(row["起数"]) or 0
            if found in ("违停乱停", "乱丢乱扔"):
                stopped["kind"][found] += incidents
                stopped["role"][plain(row["计入岗位"])] += incidents
                credited[plain(row["同时上报"])] += incidents
    also = sum(n for post, n in credited.items() if post)
    duty = {
        day(r["日期"])
        for r in records(folder, "07", "值班人员", "日期")
        if place(r["值班地点"]) == "365" and names(r["值班人员"])
    }
    meetings: dict[date, list[int]] = defaultdict(list)
    for row in records(folder, "10", "会议日期", "议题编号"):
        if (on := day(row["会议日期"])) and place(row["地点"]) == "365":
            meetings[on] += [n for n in [number(row["议题编号"])] if n is not None]
    late = [
        n for n, on in concerns.items()
        if on is None or not any(n in items and 0 <= (met - on).days <= 7 for met, items in meetings.items())
    ]  # fmt: skip
    logs = {
        day(row["日期"]): plain(row["来访来电情况"]) for row in records(folder, "08", "来访来电情况", "日期")
    }
    every = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    quiet = [on for on in every if on not in concerns.values()]
    one = timedelta(days=1)
    saturdays = [on for on in every if on.weekday() == 5 and on + one <= LAST]
    return {
        "ACC-06": {
            "concerns": len(concerns), "parking": stopped["kind"]["违停乱停"],
            "littering": stopped["kind"]["乱丢乱扔"],
            "by_role": dict(sorted(stopped["role"].items())), "also_reported": also,
        },
        "ACC-07": {
            "days_without_duty": sum(on not in duty for on in every),
            "weekends": len(saturdays),
            "weekends_without_meeting": len([on for on in saturdays if not {on, on + one} & set(meetings)]),
            "not_tabled_in_7_days": len(late),
            "quiet_days": len(quiet),
            "quiet_days_with_nil_report": sum(logs.get(on) in NIL for on in quiet),
            "days_without_log": sum(on not in logs for on in every),
        },
    }  # fmt: skip


def _legal(held: list[Record]) -> dict[str, Any]:
    events = [e for e in held if e["kind"] == "法制宣传" and e["place"] == "菱溪"]
    months = Counter(e["day"].month for e in events)
    return {
        "events": len(events),
        "months_missed": [month for month in range(1, 13) if months[month] < 2],
        "leaflets": sum(e["leaflets"] for e in events),
    }


def _xintang(folder: Path, held: list[Record]) -> dict[str, Any]:
    """The award needs fifty full years of standing on 1 July; a doubtful month counts against it."""
    awards = list(records(folder, "15", "姓名", "转正时间"))
    eligible = [
        row for row in awards if (full := partial(row["转正时间"])) and full_years(full, MEDAL_DAY)[0] >= 50
    ]
    tomorrow = MEDAL_DAY + timedelta(days=1)
    near = [
        row
        for row in awards
        if row not in eligible and (full := partial(row["转正时间"])) and full_years(full, tomorrow)[0] >= 50
    ]
    return {
        "party_days": sum(e["kind"] == "主题党日" and e["place"] == "新塘" for e in held),
        "rows": len(awards), "medals": len(eligible), "refused": len(awards) - len(eligible),
        "a_day_short": len(near),
    }  # fmt: skip


def _suggestions(folder: Path) -> dict[str, Any]:
    rows = [row for row in records(folder, "14", "建议人", "建议内容") if plain(row["建议人"]) == WRITER]
    return {
        "submissions": len({day(row["提交日期"]) for row in rows}),
        "pages": max((number(row["页数"]) or 0 for row in rows), default=0),
        "items": len({number(row["序号"]) for row in rows}),
        "replied": sum(day(row["答复日期"]) is not None for row in rows),
    }


def _talk(held: list[Record], born: dict[str, Any]) -> dict[str, Any]:
    talks = [e for e in held if TALKER in e["speakers"]]
    one = talks[0] if talks else {"minutes": None, "heads": 0, "minors": 0}
    age = full_years(born[TALKER], LAST)[0] if born.get(TALKER) else None
    return {
        "talks": len(talks),
        "minutes": one["minutes"],
        "heads": one["heads"],
        "minors": one["minors"],
        "age": age,
    }


def _classes(held: list[Record], register: list[Record]) -> dict[str, Any]:
    """One class per site in every week (from Monday) that touches the year."""
    classes = Counter(
        (e["place"], e["day"] - timedelta(days=e["day"].weekday()))
        for e in held
        if e["kind"] == "教学班" and TEACHER in e["speakers"]
    )
    sites = sorted({site for site, _ in classes})
    monday = FIRST - timedelta(days=FIRST.weekday())
    weeks = [monday + timedelta(days=7 * n) for n in range(54) if monday + timedelta(days=7 * n) <= LAST]
    limits = next((names(row["身体限制"]) for row in register if plain(row["姓名"]) == TEACHER), [])
    return {
        "sites": sites, "weeks": len(weeks), "classes": sum(classes.values()),
        "missed": [(site, week.isoformat()) for site in sites for week in weeks if classes[site, week] != 1],
        "limits": sorted(limits),
    }  # fmt: skip


def _course(held: list[Record]) -> dict[str, Any]:
    sessions = [e for e in held if e["kind"] == "国学讲堂" and e["place"] == "湘湾"]
    return {"sessions": len(sessions), "topics": sorted({e["topic"] for e in sessions})}


def _july(held: list[Record]) -> dict[str, Any]:
    july = [
        e
        for e in held
        if e["day"].month == 7 and ("先进事迹学习会" in e["title"] or "戏曲展演" in e["title"])
    ]
    return {"events": len(july), "titles": sorted({e["title"] for e in july})}


def _pairings(folder: Path, register: list[Record]) -> dict[str, Any]:
    """Members of eighty and more at Xiaohutang, and the pairings that run on the reference day."""
    elders = {
        plain(row["姓名"]) for row in register
        if plain(row["人员类别"]) == "服务对象" and place(row["所属站点"]) == "小湖塘"
        and (since := partial(row["出生年月"])) and full_years(since, LAST)[0] >= 80
    }  # fmt: skip
    rows = [row for row in records(folder, "12", "帮扶人", "帮扶对象") if "高龄" in plain(row["结对方案"])]
    live = [row for row in rows if day(row["结束时间"]) is None]
    load = Counter(plain(row["帮扶人"]) for row in live)
    contacts = Counter(
        (plain(r["帮扶人"]), plain(r["帮扶对象"])) for r in records(folder, "13", "帮扶人", "方式")
    )
    return {
        "elders": len(elders), "unpaired": len(elders - {plain(row["帮扶对象"]) for row in live}),
        "pairings": len(rows), "live": len(live), "most_recipients": max(load.values(), default=0),
        "contacts": sum(contacts.values()),
    }  # fmt: skip


def _visitors(folder: Path, born: dict[str, Any]) -> dict[str, Any]:
    """A courtesy title whose surname is that of somebody in the register, with another age."""
    told = [
        (number(row["年龄"]), day(row["登记日期"]))
        for row in records(folder, "01", "姓名", "年龄") if plain(row["姓名"]) == VETERAN[0] + "爷爷"
    ]  # fmt: skip
    age, on = told[0] if told else (None, None)
    known = full_years(born[VETERAN], on)[0] if on and born.get(VETERAN) else None
    return {"told": age, "known": known, "known_on_reference_day": full_years(born[VETERAN], LAST)[0]}


def _behind(folder: Path) -> dict[str, Any]:
    """How many rows stand behind the figures of the post, and their first and last day."""
    found: dict[str, Any] = {}
    for name, file, header, where in (
        ("concerns", "09", "收集时间", "收集地点"),
        ("patrols", "11", "日期", "站点"),
    ):
        days = [
            d
            for row in records(folder, file, header)
            if place(row[where]) == "365" and (d := day(row[header]))
        ]
        found[name] = {"rows": len(days), "from": min(days).isoformat(), "to": max(days).isoformat()}
    return found


# -- the list --------------------------------------------------------------------------------------
def holds(f: Figures) -> dict[str, bool]:
    """Which lines of the acceptance list are true of these figures."""
    team, six, net, offices, talks = (f[f"ACC-0{n}"] for n in range(1, 6))
    post, week, legal, xintang = (f[f"ACC-0{n}"] for n in range(6, 10))
    ideas, talk, classes, course, july, pairs, told = (f[f"ACC-{n}"] for n in range(10, 17))
    return {
        "ACC-01": team["members"] == team["with_birth"] == 70
        and round(team["mean_low"]) == round(team["mean_high"]) == 70,
        "ACC-02": set(six["per_role"]) == SIX and set(six["per_role"].values()) == {10},
        "ACC-03": (net["hub"], net["station"], len(net["themed"])) == (1, 3, 3) and net["network"] >= 1,
        "ACC-04": 20 < offices["branch"] < 30
        and 80 < offices["residents"] < 90
        and 120 < offices["participants"] < 130,
        "ACC-05": 100 < talks["talks"] < 200 and 5000 < talks["attendance"] < 6000,
        "ACC-06": (post["concerns"], post["parking"], post["littering"]) == (31, 127, 319)
        and sum(post["by_role"].values()) == 446
        and set(post["by_role"]) <= SIX,
        "ACC-07": week["days_without_duty"] == week["weekends_without_meeting"] == 0
        and week["not_tabled_in_7_days"] == 0
        and week["quiet_days_with_nil_report"] + week["days_without_log"] == week["quiet_days"],
        "ACC-08": not legal["months_missed"] and legal["leaflets"] >= 1000,
        "ACC-09": (xintang["party_days"], xintang["medals"]) == (15, 13)
        and xintang["refused"] == xintang["a_day_short"] == 1,
        "ACC-10": (ideas["submissions"], ideas["pages"], ideas["items"]) == (1, 12, 15)
        and 1 <= ideas["replied"] <= 15,
        "ACC-11": (talk["talks"], talk["minutes"], talk["age"]) == (1, 60, 84)
        and 30 < talk["heads"] < 40
        and (talk["minors"] or 0) > 0,
        "ACC-12": len(classes["sites"]) >= 4 and not classes["missed"] and len(classes["limits"]) == 2,
        "ACC-13": course["sessions"] == 6 and set(course["topics"]) >= TOPICS,
        "ACC-14": july["events"] >= 1,
        "ACC-15": pairs["elders"] > 0 and pairs["unpaired"] == 0 and pairs["most_recipients"] <= 5,
        "ACC-16": told["told"] == 81 and told["known"] == told["known_on_reference_day"] == 82,
        "ACC-17": all(part["rows"] and part["from"] <= part["to"] for part in f["ACC-17"].values()),
    }


if __name__ == "__main__":
    counted = count(Path(sys.argv[1]))
    true = holds(counted)
    for line, figures in counted.items():
        print(line, "holds" if true[line] else "FALSE", figures)

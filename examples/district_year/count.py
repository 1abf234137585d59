"""Count the acceptance figures straight from the sheets: an oracle that knows nothing of the library.

    python examples/district_year/count.py FOLDER

It reads with openpyxl, csv, zipfile and tomllib, clears the mess in its own plain way, and shares no code with
the generator or with grassroots. ``count(folder)`` gives the figures by line of the acceptance list,
``holds(figures)`` says which lines are true. Dates are calendar days of the network.
"""

from __future__ import annotations

import csv
import re
import sys
import tomllib
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

FIRST, LAST = date(2021, 1, 1), date(2021, 12, 31)
MEDAL_DAY = date(2021, 7, 1)
SIX = {
    "两新组织党建指导员", "理论政策宣讲员", "社区矛盾调解员", "红色小区规划员", "青苗呵护员", "新时代文明实践辅导员",
}  # fmt: skip
BRANCH, RESIDENTS = {"党支部书记", "党建指导员"}, {"业委会成员", "居民小组长"}
PLACES = {"365": "365", "湘湾": "湘湾", "国学院": "湘湾", "新塘": "新塘", "睦邻": "新塘", "小湖塘": "小湖塘",
          "银龄": "小湖塘", "尚格": "尚格", "菱溪": "菱溪", "家园": "家园", "长征": "长征", "老党员之家": "老党员之家"}  # fmt: skip
THEMES = {"湘湾": "国学院", "新塘": "睦邻", "小湖塘": "银龄互助"}
TALKER, TEACHER, WRITER, VETERAN = "柏松年", "步云笙", "纪长庚", "卯长河"

Record = dict[str, Any]
Figures = dict[str, dict[str, Any]]


# -- reading --------------------------------------------------------------------------------------------------
def plain(cell: Any) -> str:
    """Half width, no blanks: good for names, headers and numbers."""
    return "" if cell is None else "".join(unicodedata.normalize("NFKC", str(cell)).split())


def key(header: Any) -> str:
    return re.sub(r"[(].*?[)]|[/:]", "", plain(header))


def grids(path: Path) -> Iterator[list[list[Any]]]:
    """The worksheets of a file; merged cells below one another all get the value of the first."""
    if path.suffix == ".csv":
        with path.open(encoding="gb18030", newline="") as lines:
            yield [[cell or None for cell in row] for row in csv.reader(lines)]
    elif path.suffix == ".ods":
        yield from _ods(path)
    else:
        for sheet in load_workbook(path).worksheets:
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            for block in sheet.merged_cells.ranges:
                if block.min_col == block.max_col:
                    for number in range(block.min_row, block.max_row):
                        rows[number][block.min_col - 1] = rows[block.min_row - 1][block.min_col - 1]
            yield rows


def _ods(path: Path) -> Iterator[list[list[Any]]]:
    spaces = {"t": "urn:oasis:names:tc:opendocument:xmlns:table:1.0", "o": "urn:oasis:names:tc:opendocument:xmlns:office:1.0"}  # fmt: skip
    office = "{" + spaces["o"] + "}"
    root = ElementTree.fromstring(ZipFile(path).read("content.xml"))
    for table in root.iter("{" + spaces["t"] + "}table"):
        rows = []
        for line in table.findall("t:table-row", spaces):
            row: list[Any] = []
            for cell in line:
                kind = cell.get(office + "value-type")
                text = "".join(cell.itertext()) or None
                if kind == "float":
                    row.append(float(cell.get(office + "value", "0")))
                else:
                    row.append(cell.get(office + "date-value") if kind == "date" else text)
            rows.append(row)
        yield rows


def records(folder: Path, number: str, *wanted: str) -> Iterator[Record]:
    """The rows of all worksheets of all files whose names begin with the number, by header."""
    for path in sorted(folder.glob(f"{number} *")):
        for rows in grids(path):
            start = next((n for n, r in enumerate(rows) if set(wanted) <= {key(c) for c in r}), None)
            if start is None:
                continue
            headers = [key(cell) for cell in rows[start]]
            block = {key(r[n]): r[n + 1] for r in rows[:start] for n in range(len(r) - 1) if r[n] is not None}
            above: Record = {}
            for row in rows[start + 1 :]:
                found = dict(zip(headers, row, strict=False))
                if not any(cell not in (None, "") for cell in row) or plain(row[0]) == "合计":
                    continue
                if any(plain(cell).startswith("必填") for cell in row):
                    continue
                for name, cell in found.items():
                    if plain(cell) in ("同上", "〃"):
                        found[name] = above.get(name)
                above = found
                yield {**found, "block": block}


def day(cell: Any) -> date | None:
    """A whole day, or None."""
    year, month, number = partial(cell) or (0, None, None)
    if not (year and month and number):
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


def partial(cell: Any) -> tuple[int, int | None, int | None] | None:
    """Year, month, day, as far as known."""
    if isinstance(cell, (date, datetime)):
        return cell.year, cell.month, cell.day
    if isinstance(cell, (int, float)) and 10_000 < cell < 80_000:
        serial = date(1899, 12, 30) + timedelta(days=int(cell))
        return serial.year, serial.month, serial.day
    text = plain(cell).removesuffix(".0")
    if re.fullmatch("[0-9]{8}", text):
        return int(text[:4]), int(text[4:6]), int(text[6:])
    numbers = [int(part) for part in re.findall("[0-9]+", text.partition("(")[0])]
    if not numbers or not 1900 < numbers[0] < 2100:
        return None
    return numbers[0], numbers[1] if len(numbers) > 1 else None, numbers[2] if len(numbers) > 2 else None


def number(cell: Any) -> int | None:
    found = re.fullmatch("([0-9]+)([.]0)?[人份起岁]?", plain(cell))
    return int(found[1]) if found else None


def clock(cell: Any) -> time | None:
    if isinstance(cell, time):
        return cell
    numbers = [int(part) for part in re.findall("[0-9]+", plain(cell))]
    if not numbers:
        return None
    hour = numbers[0] + (12 if "下午" in plain(cell) and numbers[0] < 12 else 0)
    return time(hour, numbers[1] if len(numbers) > 1 else 0)


def names(cell: Any) -> list[str]:
    return [name for part in re.split("[、，,/\n]", str(cell or "")) if (name := plain(part))]


def place(cell: Any) -> str:
    """The community (or the post, or the hub) that the words mean; the first that stands in them."""
    return next((short for word, short in PLACES.items() if word in plain(cell)), plain(cell))


def full_years(since: tuple[int, int | None, int | None], on: date) -> tuple[int, int]:
    """The fewest and the most full years that the known part of the date allows."""
    year, month, number = since
    early = (month or 1, number or 1)
    late = (month or 12, number or 31)
    return on.year - year - ((on.month, on.day) < late), on.year - year - ((on.month, on.day) < early)


# -- counting -------------------------------------------------------------------------------------------------
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
    team = {plain(r["姓名"]) for r in records(folder, "02", "队伍", "姓名") if "红霞映天元" in plain(r["队伍"])}
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
        "title": plain(row["活动名称"]), "kind": plain(row["活动类型"]), "day": day(row["日期"]), "minutes": minutes,
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
    duty = {day(r["日期"]) for r in records(folder, "07", "值班人员", "日期") if place(r["值班地点"]) == "365" and names(r["值班人员"])}  # fmt: skip
    meetings: dict[date, list[int]] = defaultdict(list)
    for row in records(folder, "10", "会议日期", "议题编号"):
        if (on := day(row["会议日期"])) and place(row["地点"]) == "365":
            meetings[on] += [n for n in [number(row["议题编号"])] if n is not None]
    late = [
        n for n, on in concerns.items()
        if on is None or not any(n in items and 0 <= (met - on).days <= 7 for met, items in meetings.items())
    ]  # fmt: skip
    logs = {day(row["日期"]): plain(row["来访来电情况"]) for row in records(folder, "08", "来访来电情况", "日期")}
    every = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    quiet = [on for on in every if on not in concerns.values()]
    saturdays = [on for on in every if on.weekday() == 5 and on + timedelta(days=1) <= LAST]
    return {
        "ACC-06": {
            "concerns": len(concerns), "parking": stopped["kind"]["违停乱停"], "littering": stopped["kind"]["乱丢乱扔"],
            "by_role": dict(sorted(stopped["role"].items())), "also_reported": also,
        },
        "ACC-07": {
            "days_without_duty": sum(on not in duty for on in every),
            "weekends": len(saturdays),
            "weekends_without_meeting": sum(not {on, on + timedelta(days=1)} & set(meetings) for on in saturdays),
            "not_tabled_in_7_days": len(late),
            "quiet_days": len(quiet),
            "quiet_days_with_nil_report": sum(logs.get(on) in NIL for on in quiet),
            "days_without_log": sum(on not in logs for on in every),
        },
    }  # fmt: skip


NIL = ("无", "零报告", "无来访来电")


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
    eligible = [row for row in awards if (full := partial(row["转正时间"])) and full_years(full, MEDAL_DAY)[0] >= 50]
    tomorrow = MEDAL_DAY + timedelta(days=1)
    near = [row for row in awards if row not in eligible and (full := partial(row["转正时间"])) and full_years(full, tomorrow)[0] >= 50]  # fmt: skip
    return {
        "party_days": sum(e["kind"] == "主题党日" and e["place"] == "新塘" for e in held),
        "rows": len(awards), "medals": len(eligible), "refused": len(awards) - len(eligible), "a_day_short": len(near),
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
    return {"talks": len(talks), "minutes": one["minutes"], "heads": one["heads"], "minors": one["minors"], "age": age}


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
    july = [e for e in held if e["day"].month == 7 and ("先进事迹学习会" in e["title"] or "戏曲展演" in e["title"])]
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
    contacts = Counter((plain(r["帮扶人"]), plain(r["帮扶对象"])) for r in records(folder, "13", "帮扶人", "方式"))
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
    for name, file, header, where in (("concerns", "09", "收集时间", "收集地点"), ("patrols", "11", "日期", "站点")):
        days = [d for row in records(folder, file, header) if place(row[where]) == "365" and (d := day(row[header]))]
        found[name] = {"rows": len(days), "from": min(days).isoformat(), "to": max(days).isoformat()}
    return found


# -- the list -------------------------------------------------------------------------------------------------
def holds(f: Figures) -> dict[str, bool]:
    """Which lines of the acceptance list are true of these figures."""
    six, post, week = f["ACC-02"], f["ACC-06"], f["ACC-07"]
    course = {"经典诵读", "剪纸", "书法", "文明实践"}
    return {
        "ACC-01": f["ACC-01"]["members"] == f["ACC-01"]["with_birth"] == 70
        and round(f["ACC-01"]["mean_low"]) == round(f["ACC-01"]["mean_high"]) == 70,
        "ACC-02": set(six["per_role"]) == SIX and set(six["per_role"].values()) == {10},
        "ACC-03": f["ACC-03"]["hub"] == 1 and f["ACC-03"]["station"] == 3 and f["ACC-03"]["network"] >= 1
        and len(f["ACC-03"]["themed"]) == 3,
        "ACC-04": 20 < f["ACC-04"]["branch"] < 30 and 80 < f["ACC-04"]["residents"] < 90
        and 120 < f["ACC-04"]["participants"] < 130,
        "ACC-05": 100 < f["ACC-05"]["talks"] < 200 and 5000 < f["ACC-05"]["attendance"] < 6000,
        "ACC-06": (post["concerns"], post["parking"], post["littering"]) == (31, 127, 319)
        and sum(post["by_role"].values()) == 446 and set(post["by_role"]) <= SIX,
        "ACC-07": week["days_without_duty"] == week["weekends_without_meeting"] == week["not_tabled_in_7_days"] == 0
        and week["quiet_days_with_nil_report"] + week["days_without_log"] == week["quiet_days"],
        "ACC-08": not f["ACC-08"]["months_missed"] and f["ACC-08"]["leaflets"] >= 1000,
        "ACC-09": (f["ACC-09"]["party_days"], f["ACC-09"]["medals"]) == (15, 13)
        and f["ACC-09"]["refused"] == f["ACC-09"]["a_day_short"] == 1,
        "ACC-10": (f["ACC-10"]["submissions"], f["ACC-10"]["pages"], f["ACC-10"]["items"]) == (1, 12, 15)
        and 1 <= f["ACC-10"]["replied"] <= 15,
        "ACC-11": (f["ACC-11"]["talks"], f["ACC-11"]["minutes"], f["ACC-11"]["age"]) == (1, 60, 84)
        and 30 < f["ACC-11"]["heads"] < 40 and (f["ACC-11"]["minors"] or 0) > 0,
        "ACC-12": len(f["ACC-12"]["sites"]) >= 4 and not f["ACC-12"]["missed"] and len(f["ACC-12"]["limits"]) == 2,
        "ACC-13": f["ACC-13"]["sessions"] == 6 and course <= set(f["ACC-13"]["topics"]),
        "ACC-14": f["ACC-14"]["events"] >= 1,
        "ACC-15": f["ACC-15"]["elders"] > 0 and f["ACC-15"]["unpaired"] == 0 and f["ACC-15"]["most_recipients"] <= 5,
        "ACC-16": f["ACC-16"]["told"] == 81 and f["ACC-16"]["known"] == f["ACC-16"]["known_on_reference_day"] == 82,
        "ACC-17": all(part["rows"] and part["from"] <= part["to"] for part in f["ACC-17"].values()),
    }  # fmt: skip


if __name__ == "__main__":
    counted = count(Path(sys.argv[1]))
    true = holds(counted)
    for line, figures in counted.items():
        print(line, "holds" if true[line] else "FALSE", figures)

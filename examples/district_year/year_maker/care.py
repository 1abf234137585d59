"""Pairings and contacts, suggestions, medals, and the little register of visits."""

from __future__ import annotations

from datetime import date, timedelta

from year_maker.model import LAST, Person, Row, Year

LOW_HIGH, DELEGATE = "“低龄+高龄”互助", "“党代表+困难群众”结对"
ERRANDS = ("聊天问安", "送药", "送学上门", "代购生活用品", "测量血压", "")
IDEAS = (
    "学校门口增设护学岗", "十字路口增加行人过街信号灯", "延长绿灯时间方便老人过街", "清理人行道违停车辆",
    "公交站台增设座椅", "小区门口施划禁停线", "增设非机动车道隔离栏", "整治电动车逆行",
    "路口转角清除遮挡视线的绿篱",
    "夜间增设反光标识", "规范共享单车停放", "增设电子监控", "拓宽狭窄路段", "修补破损路面",
    "开展交通安全进社区",
)  # fmt: skip


def make_care(year: Year) -> None:
    pairs = _pairings(year)
    _contacts(year, pairs)
    _suggestions(year)
    _awards(year)
    _visits(year)


def _pairings(year: Year) -> list[Row]:
    rng = year.random("pairings")
    volunteers = [p for p in year.people if p.category in ("志愿者", "老党员志愿者") and p.party]
    volunteers = [p for p in volunteers if "namesake" not in p.tags and not p.limits]
    low = [p for p in volunteers if 61 <= p.age <= 69 and p.born[1] and "cast" not in p.tags]
    low.sort(key=lambda p: p.station != "xiaohutang")
    supporters, spare = low[:9], low[9]
    elders = [p for p in year.people if "elder" in p.tags]
    rows: list[Row] = []

    def pair(scheme: str, supporter: Person, recipient: Person, start: date, **more: object) -> None:
        rows.append(
            {
                "scheme": scheme,
                "supporter": supporter.name,
                "recipient": recipient.name,
                "station": "xiaohutang",
                "start": start,
                "end": None,
                "reason": "",
                "remark": "",
                **more,
            }
        )

    start = date(2021, 1, 4)
    for elder in elders[:5]:  # one supporter has as many as the scheme allows
        pair(LOW_HIGH, supporters[0], elder, start)
    for number, elder in enumerate(elders[5:23]):
        supporter = supporters[1 + number % 8]
        pair(LOW_HIGH, supporter, elder, start + timedelta(days=7 * (number % 5)))
    moved = elders[23]
    moved.station, moved.remark = "changzheng", "2021年9月搬至长征社区"
    pair(LOW_HIGH, supporters[3], moved, start, end=date(2021, 9, 10), reason="搬迁")
    ill = rows[7]  # its supporter fell ill in May; somebody else took over: a new pairing, the old one stays
    ill["end"], ill["reason"] = date(2021, 5, 31), "生病"
    pair(LOW_HIGH, spare, year.person(ill["recipient"]), date(2021, 6, 1), remark="接替")
    pair(LOW_HIGH, spare, elders[12], date(2021, 3, 1), remark="第二位帮扶人")
    for row in rows:
        elder = year.person(row["recipient"])
        if elder.age == 80:  # eighty on every day of the year, so that no band is in doubt
            elder.born, elder.id_number = (elder.born[0] - 1, *elder.born[1:]), None
    delegates = rng.sample(
        [
            p
            for p in volunteers
            if p.age >= 60 and p not in supporters and p is not spare and "cast" not in p.tags
        ],
        5,
    )
    for number, person in enumerate(p for p in year.people if "need" in p.tags):
        pair(
            DELEGATE,
            delegates[number % 5],
            person,
            date(2021, 2, 1),
            end=date(2021, 11, 30) if number == 7 else None,
            reason="期满" if number == 7 else "",
        )
    year.put("pairings", rows)
    return rows


def _contacts(year: Year, pairs: list[Row]) -> None:
    rng = year.random("contacts")
    rows: list[Row] = []
    for number, pair in enumerate(pairs):
        step = 4 if pair["scheme"] == LOW_HIGH else 30
        last = pair["end"] or LAST
        if number in (4, 15):  # nobody has been there since the end of October
            last = date(2021, 10, 30)
        day = pair["start"] + timedelta(days=rng.randint(0, 2))
        while day <= last:
            means = rng.choice(("上门", "电话", "电话", "微信", "视频"))
            made = rng.random() > 0.05
            long = rng.randrange(5, 61, 5) if means == "上门" else rng.randint(3, 15)
            rows.append(
                {
                    "on": day, "supporter": pair["supporter"], "recipient": pair["recipient"], "means": means,
                    "minutes": long if made else None,
                    "result": "已联系" if made else "未联系上",
                    "text": rng.choice(ERRANDS) if made else "无人接听",
                }
            )  # fmt: skip
            day += timedelta(days=step - rng.randrange(2))
    rows.sort(key=lambda row: (row["on"], row["supporter"], row["recipient"]))
    year.put("contacts", rows)


def _suggestions(year: Year) -> None:
    rng = year.random("suggestions")
    rows: list[Row] = []

    def submit(name: str, on: date, pages: int, ideas: list[str], replied: set[int]) -> None:
        for number, idea in enumerate(ideas, 1):
            answer = number in replied
            rows.append(
                {
                    "campaign": "“金点子”征集", "name": name, "on": on, "pages": pages, "number": number,
                    "text": idea,
                    "by": "示范区交警支队" if answer else "",
                    "replied": on + timedelta(days=20 + number) if answer else None,
                    "outcome": rng.choice(("采纳", "部分采纳", "已答复", "采纳")) if answer else "",
                    "answer": "感谢建议，已列入计划" if answer else "",
                }
            )  # fmt: skip

    submit("纪长庚", date(2021, 5, 20), 12, list(IDEAS), {1, 2, 3, 5, 6, 8, 9, 12, 14})
    submit("丁若谷", date(2021, 5, 26), 2, list(rng.sample(IDEAS, 3)), {1})
    submit("訾安平", date(2021, 6, 3), 1, list(rng.sample(IDEAS, 4)), {2, 3})
    year.put("suggestions", rows)


def _awards(year: Year) -> None:
    rows: list[Row] = []
    for person in year.people:
        if person.tags & {"award", "near-miss"}:
            near = "near-miss" in person.tags
            rows.append(
                {
                    "name": person.name, "station": "xintang", "joined": person.joined, "full": person.full,
                    "on": date(2021, 7, 1), "remark": "差一天满50年，请复核" if near else "",
                }
            )  # fmt: skip
    year.put("awards", rows)


def _visits(year: Year) -> None:
    """Visits by people who wrote ages down. One veteran is called by a title, and a year younger."""
    rng = year.random("visits")
    rows: list[Row] = []
    known = [p for p in year.people if "elder" in p.tags and p.born[1]][3:9]
    for number, person in enumerate(known):
        on = date(2021, 9, 6 + number)
        passed = (person.born[1] or 1, person.born[2] or 1) <= (on.month, on.day)
        if person.born[1] == 9:
            continue  # the day would decide
        rows.append(
            {
                "name": person.name,
                "sex": person.sex,
                "age": on.year - person.born[0] - (0 if passed else 1),
                "on": on,
                "station": person.station,
                "phone": person.phone,
                "remark": rng.choice(("独居", "身体尚好", "")),
            }
        )
    rows.append(
        {
            "name": "卯爷爷",
            "sex": "男",
            "age": 81,
            "on": date(2021, 9, 15),
            "station": "lingxi",
            "phone": "",
            "remark": "参战老兵，会讲故事",
        }
    )
    rows.append(
        {
            "name": "冼奶奶",
            "sex": "女",
            "age": 87,
            "on": date(2021, 9, 16),
            "station": "lingxi",
            "phone": "",
            "remark": "独居",
        }
    )
    rows.append(
        {
            "name": "李某某",
            "sex": "男",
            "age": 79,
            "on": date(2021, 9, 16),
            "station": "xintang",
            "phone": "",
            "remark": "",
        }
    )
    year.put("visits", rows)

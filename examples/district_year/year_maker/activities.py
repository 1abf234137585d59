"""What was held: talks, Party days, lectures, legal publicity, classes, courses and feasts."""

from __future__ import annotations

from datetime import date, time, timedelta
from random import Random
from typing import Any

from year_maker.model import COMMUNITIES, FIRST, LAST, Row, Year

TALKS = "“传承红色基因，争做时代新人”红色故事宣讲"
LAWS = ("《反家暴法》", "《民法典》", "《身边的力量》", "交通安全", "防范电信诈骗")
LECTURES = "“勤学党史、学习党规、提升修养”系列党课"


def at(text: str) -> time:
    return time.fromisoformat(text)


def row(title: str, kind: str, on: date, start: str, end: str, station: str, **more: Any) -> Row:
    return {
        "title": title, "kind": kind, "on": on, "start": at(start), "end": at(end), "station": station,
        "team": "", "speakers": (), "topic": "", "heads": None, "minors": None, "made": {}, "materials": None,
        "remark": "", **more,
    }  # fmt: skip


def split(rng: Random, total: int, minors: int = 0) -> dict[str, int]:
    """The make-up of an audience; the minors are its students."""
    party = min(rng.randint(3, 12), total - minors)
    rest = {"学生": minors, "党员": party, "居民": total - minors - party}
    return {word: number for word, number in rest.items() if number}


def make_activities(year: Year) -> None:
    rows: list[Row] = []
    for maker in (_talks, _party, _legal, _classes, _children, _feasts):
        rows += maker(year, year.random(maker.__name__))
    rows.sort(key=lambda item: (item["on"], item["start"], item["station"], item["title"]))
    year.put("activities", rows)


def _talks(year: Year, rng: Random) -> list[Row]:
    speakers = [p.name for p in year.people if "speaker" in p.tags and p.name != "柏松年"]
    heads = [rng.randint(30, 75) for _ in range(103)]
    target = 5000 - 33 + rng.randint(250, 600)
    while (gap := target - sum(heads)) != 0:
        place = rng.randrange(103)
        if 26 <= heads[place] + (1 if gap > 0 else -1) <= 90:
            heads[place] += 1 if gap > 0 else -1
    taken: set[tuple[date, str]] = set()
    rows = []
    for number, people in enumerate(heads):
        station = rng.choice(("hub", *COMMUNITIES))
        on = FIRST + timedelta(days=3 + (number * 355) // 103 + rng.randrange(3))
        while (on, station) in taken:
            on += timedelta(days=1)
        taken.add((on, station))
        school = station in ("lingxi", "xintang") and on.weekday() < 5 and on.month not in (1, 2, 7, 8)
        minors = people * 2 // 3 if school else 0
        rows.append(
            row(
                TALKS, "宣讲", on,
                *rng.choice((("09:00", "10:00"), ("14:30", "15:30"), ("10:00", "11:30"))), station,
                team="夕阳红宣讲团", speakers=tuple(rng.sample(speakers, rng.choice((1, 1, 2)))),
                topic=rng.choice(("红色家书", "长征故事", "家风故事", "英雄事迹", "党史故事")), heads=people,
                minors=minors, made=split(rng, people, minors), remark="走进辖区小学" if school else "",
            )
        )  # fmt: skip
    rows.append(
        row(
            "老战士讲红色故事", "宣讲", date(2021, 6, 9), "09:00", "10:00", "xintang", team="夕阳红宣讲团",
            speakers=("柏松年",), topic="抗美援朝", heads=33, minors=20,
            made={"学生": 20, "家长": 8, "党员": 5},
            remark="滔滔不绝讲了1个小时",
        )
    )  # fmt: skip
    rows.append(
        row(
            TALKS,
            "宣讲",
            date(2021, 8, 6),
            "09:00",
            "10:00",
            "jiayuan",
            team="夕阳红宣讲团",
            speakers=("韩启明",),
            remark="因疫情取消",
        )
    )
    return rows


def _party(year: Year, rng: Random) -> list[Row]:
    days = [date(2021, month, rng.randint(11, 25)) for month in range(1, 13)]
    days[6:7] = [date(2021, 7, 1), date(2021, 7, 20)]
    days += [date(2021, 3, 5), date(2021, 10, 1)]
    themes = ("学习党史", "重温入党誓词", "环境清洁", "慰问老党员", "观看红色电影", "文明劝导")
    rows = []
    for on in sorted(days):
        centenary = on == date(2021, 7, 1)
        heads = rng.randint(25, 60)
        rows.append(
            row(
                "新塘社区主题党日", "主题党日", on, "09:00", "11:00", "xintang", heads=heads, minors=0,
                made={"党员": heads},
                topic="庆祝中国共产党成立一百周年" if centenary else rng.choice(themes),
                remark="填写“我心向党，新区党员话党恩”卡片" if centenary else "",
            )
        )  # fmt: skip
    for station, name in (("xiangwan", "湘湾"), ("shangge", "尚格"), ("lingxi", "菱溪")):
        heads = rng.randint(15, 30)
        rows.append(
            row(
                f"{name}社区主题党日",
                "主题党日",
                date(2021, 5, rng.randint(10, 28)),
                "09:00",
                "11:00",
                station,
                heads=heads,
                minors=0,
                made={"党员": heads},
                topic="学习党史",
            )
        )
    for number, month in enumerate((2, 4, 5, 7, 9, 11)):
        heads = rng.randint(20, 45)
        speaker = ("耿秋实", "辛百川")[number % 2]
        rows.append(
            row(
                LECTURES,
                "党课",
                date(2021, month, rng.randint(2, 9)),
                "14:30",
                "16:00",
                "xintang",
                speakers=(speaker,),
                topic="百年党史证初心" if month == 7 else "党史党规",
                heads=heads,
                minors=0,
                made={"党员": heads},
            )
        )
    return rows


def _legal(year: Year, rng: Random) -> list[Row]:
    rows = []
    for month in range(1, 13):
        days = [rng.randint(3, 12), rng.randint(16, 27)] + ([29] if month in (3, 6, 12) else [])
        for number, day in enumerate(days):
            heads = rng.randint(20, 60)
            rows.append(
                row(
                    "菱溪社区法制宣传", "法制宣传", date(2021, month, day), "09:30", "11:00", "lingxi",
                    speakers=("訾安平",),
                    topic=LAWS[(month + number) % len(LAWS)],
                    heads=heads, minors=0, made=split(rng, heads), materials=rng.randint(42, 64),
                )
            )  # fmt: skip
    return rows


def _classes(year: Year, rng: Random) -> list[Row]:
    """Calligraphy, weekly at four sites by one teacher, in every week that touches the year."""
    rows = []
    monday = FIRST - timedelta(days=FIRST.weekday())
    sites = (
        ("jiayuan", "家园", 0, "09:00", "10:30"),
        ("xiaohutang", "小湖塘", 1, "09:00", "10:30"),
        ("xiangwan", "湘湾", 2, "15:00", "16:30"),
        ("changzheng", "长征", 3, "15:00", "16:30"),
    )
    while monday <= LAST:
        for number, (station, name, weekday, start, end) in enumerate(sites):
            on, remark = monday + timedelta(days=weekday), ""
            if on < FIRST:  # the first week has only its last three days
                on, remark = date(2021, 1, 2 + number % 2), "元旦顺延"
            heads = rng.randint(8, 20)
            rows.append(
                row(
                    f"{name}社区书法课",
                    "教学班",
                    on,
                    start,
                    end,
                    station,
                    speakers=("步云笙",),
                    topic=rng.choice(("楷书", "隶书", "春联", "行书")),
                    heads=heads,
                    minors=0,
                    made={"居民": heads},
                    remark=remark,
                )
            )
        monday += timedelta(days=7)
    saturday = date(2021, 1, 9)
    while saturday <= LAST:
        heads = rng.randint(10, 25)
        if saturday.month != 2:
            rows.append(
                row(
                    "新塘周末艺园",
                    "文艺活动",
                    saturday,
                    "09:30",
                    "11:30",
                    "xintang",
                    heads=heads,
                    minors=0,
                    made={"居民": heads},
                    topic=rng.choice(("合唱", "剪纸", "腰鼓", "舞蹈")),
                )
            )
        saturday += timedelta(days=7)
    return rows


def _children(year: Year, rng: Random) -> list[Row]:
    rows = []
    topics = ("经典诵读", "剪纸", "书法", "文明实践", "家风故事", "成果展示")
    for number, topic in enumerate(topics):
        minors = rng.randint(14, 24)
        rows.append(
            row(
                "国学讲堂“诵读三字经”",
                "国学讲堂",
                date(2021, 7, 10) + timedelta(days=7 * number),
                "09:30",
                "11:00",
                "xiangwan",
                topic=topic,
                heads=minors + 6,
                minors=minors,
                made={"学生": minors, "志愿者": 6},
                remark=f"第{number + 1}期",
            )
        )
    day = date(2021, 3, 2)
    while day <= date(2021, 12, 30):
        if day.weekday() in (1, 3) and day.month not in (7, 8):
            minors = rng.randint(10, 22)
            rows.append(
                row(
                    "小湖塘四点半课堂",
                    "四点半课堂",
                    day,
                    "16:30",
                    "17:30",
                    "xiaohutang",
                    heads=minors + 2,
                    minors=minors,
                    made={"学生": minors, "志愿者": 2},
                    topic="作业辅导",
                )
            )
        day += timedelta(days=1)
    rows.append(
        row(
            "老兵爷爷讲故事",
            "讲故事",
            date(2021, 11, 18),
            "10:00",
            "10:40",
            "lingxi",
            speakers=("卯长河",),
            topic="渡江故事",
            heads=42,
            minors=36,
            made={"学生": 36, "志愿者": 6},
            remark="菱溪幼儿园",
        )
    )
    return rows


def _feasts(year: Year, rng: Random) -> list[Row]:
    rows = [
        row(
            "优秀共产党员先进事迹学习会",
            "学习会",
            date(2021, 7, 6),
            "09:00",
            "11:00",
            "hub",
            heads=86,
            minors=0,
            made={"党员": 86},
        ),
        row(
            "红色戏曲展演",
            "展演",
            date(2021, 7, 8),
            "19:00",
            "21:00",
            "hub",
            heads=150,
            minors=12,
            made={"党员": 60, "居民": 78, "学生": 12},
        ),
        row(
            "“感党恩 敬先辈 庆重阳”主题沙龙",
            "节日座谈",
            date(2021, 10, 14),
            "09:00",
            "11:00",
            "lingxi",
            heads=48,
            minors=0,
            made={"党员": 18, "居民": 30},
        ),
        row(
            "“光荣在党50年”纪念章颁发仪式",
            "仪式",
            date(2021, 7, 1),
            "14:30",
            "16:00",
            "xintang",
            heads=65,
            minors=0,
            made={"党员": 65},
        ),
        row(
            "志愿者入队宣誓",
            "仪式",
            date(2021, 3, 5),
            "09:00",
            "09:40",
            "hub",
            team="红霞映天元志愿服务队",
            heads=22,
            minors=0,
            made={"党员": 22},
        ),
    ]
    for number, compound in enumerate(("恒泰华庭", "星河湾畔", "金桂苑")):
        rows.append(
            row(
                "“新家园·心服务·馨生活”走访调研",
                "走访调研",
                date(2021, 9, 7 + 7 * number),
                "09:00",
                "11:00",
                "xintang",
                team="心服务志愿队",
                heads=9,
                minors=0,
                made={"居民": 6, "志愿者": 3},
                topic=compound,
                remark=f"走访{compound}",
            )
        )
    for month in (1, 4, 8, 12):
        heads = rng.randint(20, 40)
        rows.append(
            row(
                "老年健康知识讲座",
                "健康讲座",
                date(2021, month, rng.randint(13, 27)),
                "09:30",
                "10:30",
                "hub",
                heads=heads,
                minors=0,
                made={"居民": heads},
            )
        )
    return rows

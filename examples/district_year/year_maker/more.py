"""More of the daily facts, for benchmarks: at other places and by other teams, so that the figures stand."""

from __future__ import annotations

from datetime import time, timedelta

from year_maker.activities import row
from year_maker.model import COMMUNITY_NAMES, COMPOUNDS, FIRST, Year
from year_maker.posts import SIX

PLACES = ("xintang", "xiaohutang", "lingxi", "jiayuan", "changzheng", "hub")
MOST = 90
"""The largest scale: six places with fifteen shifts of an hour a day each."""


def make_more(year: Year, scale: int) -> None:
    """Add about 4,000 facts a step above 1: 365 shifts with two people, 1,900 patrols, 1,000 events."""
    rng = year.random("more")
    crew = [p for p in year.people if p.category in ("志愿者", "老党员志愿者") and not p.limits]
    crew = [p for p in crew if p.station != "shangge" and not p.tags & {"namesake", "odd"}]
    order = rng.sample(crew, len(crew))
    duty, patrols, activities = [], [], []
    place = 0
    for day in range(365):
        for step in range(scale - 1):
            start, station = 7 + step // len(PLACES), PLACES[step % len(PLACES)]
            pair = (order[place % len(order)], order[(place + 1) % len(order)])
            place += 2
            duty.append(
                {
                    "on": FIRST + timedelta(days=day),
                    "start": time(start),
                    "end": time(start + 1),
                    "names": tuple(p.name for p in pair),
                    "station": station,
                    "phone": pair[0].phone,
                    "remark": "",
                }
            )
    seen: set[tuple[object, ...]] = set()  # no two lines alike: a reader may take them for one
    while len(patrols) < 1_900 * (scale - 1):
        station = rng.choice(PLACES[:5])
        found = rng.choice(("违停乱停", "乱丢乱扔", "垃圾未分类", "遛狗不牵绳"))
        on = FIRST + timedelta(days=rng.randrange(365))
        at = time(rng.randrange(7, 21), rng.randrange(0, 60, 5))
        route, who = rng.choice(COMPOUNDS[station]), rng.choice(order).name
        if (on, at, who) in seen:
            continue
        seen.add((on, at, who))
        patrols.append(
            {
                "on": on,
                "at": at,
                "route": route,
                "names": (who,),
                "found": found,
                "done": rng.choice(("已制止", "已劝导")),
                "station": station,
                "role": SIX[5],
                "also": "",
                "incidents": 1,
                "remark": "",
            }
        )
    for number in range(1_000 * (scale - 1)):
        station = PLACES[number % 5]
        name = COMMUNITY_NAMES[station]
        hour = 8 + number // 5 % 10
        group, heads = number // 18_250 + 1, rng.randrange(5, 40)
        activities.append(
            row(
                f"{name}社区第{group}小组邻里活动",
                "其他",
                FIRST + timedelta(days=number // 50 % 365),
                f"{hour:02d}:00",
                f"{hour:02d}:50",
                station,
                heads=heads,
                minors=0,
                made={"居民": heads},
            )
        )
    for table, rows in (("duty", duty), ("patrols", patrols), ("activities", activities)):
        year.put(f"more-{table}", sorted(rows, key=lambda item: item["on"]))

"""Rows that no reader can take as they stand. They carry no figure, and must not stop the others."""

from __future__ import annotations

from datetime import date, time

from year_maker.activities import row
from year_maker.model import Row, Year


def make_odd(year: Year) -> None:
    """Two people with destroyed cells, an activity on 30 February, a stranger on a sign-in sheet."""
    common: Row = {
        "sex": "男", "nation": "汉族", "affiliation": "群众", "joined": None, "full": None, "id_number": None,
        "address": "明月家园2栋301", "station": "jiayuan", "skill": "", "limits": "", "retirement": "退休",
        "category": "志愿者", "since": date(2020, 5, 4), "remark": "",
    }  # fmt: skip
    damaged = {
        "name": "晏怀谷",
        "born": (1952, 3, 14),
        "phone": "",
        "_raw": {"id_number": 430299195203141000.0, "phone": "1.44E+10"},
    }
    unclear = {"name": "晏知秋", "born": None, "phone": "14400012345", "_raw": {"born": "3/4/50"}}
    year.put("odd-people", [{**common, **damaged}, {**common, **unclear}])
    feast = row("邻里联谊会", "其他", date(2021, 2, 27), "09:00", "11:00", "jiayuan", made={})
    feast |= {"_raw": {"on": "2021年2月30日", "heads": "100余人"}}
    activities = year.tables["activities"]
    place = next(n for n, item in enumerate(activities) if item["on"] > feast["on"])
    feast["_key"] = "activities-odd"
    activities.insert(place, feast)
    signins = year.tables["signins"]
    last = signins[-1]
    year.put(
        "signins",
        [{**last, "name": "朱奶奶", "person": None, "phone": "", "community": "菱溪", "came": time(9, 5)}],
    )

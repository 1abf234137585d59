"""Who signed in: sheets with names for a few of the events."""

from __future__ import annotations

from datetime import date, time

from year_maker.activities import at
from year_maker.model import Row, Year


def make_signins(year: Year) -> None:
    """A few sheets with the names of those who came, always fewer than the heads that were counted."""
    rng = year.random("signins")
    people = year.people
    rows: list[Row] = []

    def sheet(title: str, on: date, leader: str, names: list[str], start: time, end: time) -> None:
        held = next(item for item in year.tables["activities"] if item["title"] == title and item["on"] == on)
        for name in names:
            person = next(p for p in people if p.name == name)
            come = (start.hour * 60 + start.minute) - rng.randint(0, 15)
            rows.append(
                {
                    "title": title,
                    "on": on,
                    "station": held["station"],
                    "leader": leader,
                    "name": name,
                    "person": person,
                    "came": time(come // 60, come % 60),
                    "left": end,
                }
            )

    adults = [p.name for p in people if p.team and p.name not in ("柏松年", "步云笙")]
    xintang = [p.name for p in people if p.station == "xintang" and p.party and "namesake" not in p.tags]
    awarded = [p.name for p in people if "award" in p.tags]
    sheet(
        "老战士讲红色故事",
        date(2021, 6, 9),
        "尤慧芳",
        ["柏松年", *rng.sample(xintang, 4)],
        at("09:00"),
        at("10:00"),
    )
    sheet(
        "“光荣在党50年”纪念章颁发仪式",
        date(2021, 7, 1),
        "韩启明",
        awarded + rng.sample([n for n in xintang if n not in awarded], 6),
        at("14:30"),
        at("16:00"),
    )
    sheet("新塘社区主题党日", date(2021, 7, 1), "欧阳素琴", rng.sample(xintang, 18), at("09:00"), at("11:00"))
    sheet(
        "志愿者入队宣誓",
        date(2021, 3, 5),
        "韩启明",
        ["谌望舒", *rng.sample([n for n in adults if n != "谌望舒"], 17)],
        at("09:00"),
        at("09:40"),
    )
    salon = rng.sample([p.name for p in people if p.station == "lingxi" and p.category != "居民"], 16)
    sheet("“感党恩 敬先辈 庆重阳”主题沙龙", date(2021, 10, 14), "訾安平", salon, at("09:00"), at("11:00"))
    for twin in (p for p in people if "namesake" in p.tags):
        rows.append(
            {
                "title": "“感党恩 敬先辈 庆重阳”主题沙龙",
                "on": date(2021, 10, 14),
                "station": "lingxi",
                "leader": "訾安平",
                "name": twin.name,
                "person": twin,
                "came": at("08:50"),
                "left": at("11:00"),
            }
        )
    year.put("signins", rows)

"""What the year holds before it is written: people, and tables of clean rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

FIRST = date(2021, 1, 1)
LAST = date(2021, 12, 31)

Row = dict[str, Any]

# Station codes of the charter, with what people write for them.
STATIONS = {
    "hub": ("“美在金秋”老党员之家", "老党员之家"),
    "xiangwan": ("湘湾社区“国学院”", "湘湾", "湘湾社区", "湘湾国学院"),
    "xintang": ("新塘社区“老党员睦邻工作室”", "新塘", "新塘社区", "睦邻工作室"),
    "xiaohutang": ("小湖塘社区“银龄互助”老党员之家", "小湖塘", "小湖塘社区", "小湖塘银龄互助"),
    "shangge": ("尚格社区老党员互助服务网络", "尚格", "尚格社区"),
    "lingxi": ("菱溪社区老党员互助服务网络", "菱溪", "菱溪社区"),
    "jiayuan": ("家园社区老党员互助服务网络", "家园", "家园社区"),
    "changzheng": ("长征社区老党员互助服务网络", "长征", "长征社区"),
    "shangge-365": ("尚格社区365驿站", "365驿站", "尚格365驿站"),
}
COMMUNITIES = ("xiangwan", "xintang", "xiaohutang", "shangge", "lingxi", "jiayuan", "changzheng")
COMMUNITY_NAMES = {
    "xiangwan": "湘湾", "xintang": "新塘", "xiaohutang": "小湖塘", "shangge": "尚格", "lingxi": "菱溪",
    "jiayuan": "家园", "changzheng": "长征",
}  # fmt: skip
COMPOUNDS = {
    "xiangwan": ("金桂苑", "清荷园"),
    "xintang": ("恒泰华庭", "星河湾畔"),
    "xiaohutang": ("碧水佳苑", "松涛里"),
    "shangge": ("阳光新城", "和睦家苑"),
    "lingxi": ("绿汀花园", "溪林小区"),
    "jiayuan": ("明月家园",),
    "changzheng": ("东湖小区",),
}
NEW_BODIES = (
    "云帆科技公司", "润泽商贸公司", "宏图物流公司", "锦程汽修公司", "百味餐饮公司",
    "启航培训学校", "暖阳养老服务中心", "心桥志愿服务中心", "青松书画社", "晨光托育园",
)  # fmt: skip


@dataclass(slots=True)
class Person:
    """Somebody of the register. ``born``, ``joined`` and ``full`` are (year, month or None, day or None)."""

    name: str
    sex: str
    born: tuple[int, int | None, int | None]
    station: str
    category: str
    affiliation: str = "群众"
    joined: tuple[int, int | None, int | None] | None = None
    full: tuple[int, int | None, int | None] | None = None
    phone: str = ""
    retirement: str = ""
    limits: str = ""
    skill: str = ""
    since: date = date(2019, 3, 5)
    remark: str = ""
    id_number: Any = None
    address: str = ""
    team: bool = False
    tags: set[str] = field(default_factory=set)

    @property
    def age(self) -> int:
        """Age on 31 December 2021, which a birth year alone decides."""
        return LAST.year - self.born[0]

    @property
    def party(self) -> bool:
        return self.affiliation == "中共党员"


@dataclass(slots=True)
class Year:
    """Everything of one run. ``tables`` are the sheets to be; ``charter`` is the text of the charter."""

    seed: int
    people: list[Person] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    charter: str = ""

    def random(self, *words: str) -> Random:
        """A stream of its own for each part, so that a change in one leaves the others as they were."""
        return Random(f"{self.seed}/" + "/".join(words))

    def put(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows; each gets a lasting key, so that its mess does not depend on its neighbours."""
        kept = self.tables.setdefault(table, [])
        start = len(kept)
        for number, row in enumerate(rows, start):
            row["_key"] = f"{table}-{number}"
            kept.append(row)

    def person(self, name: str) -> Person:
        return next(person for person in self.people if person.name == name)

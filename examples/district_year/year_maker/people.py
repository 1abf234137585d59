"""The people: a cast with lasting names, and others drawn by the seed. Nobody of them exists."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from year_maker.model import COMMUNITIES, COMPOUNDS, LAST, Person, Year

SURNAMES = (
    "赵钱孙李周吴郑冯褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹喻柏苏潘葛范彭鲁韦马苗方俞任袁柳史唐"
    "费岑薛雷贺倪汤殷罗毕郝安常傅齐康伍余顾孟黄穆萧尹姚邵汪毛成戴宋熊舒项董梁杜阮蓝季贾路江郭梅林钟徐邱高夏"
    "蔡田樊胡凌霍万柯管卢莫丁邓洪包石崔龚程邢裴陆荣翁甄曲封储松段巫焦谷车侯全班仰秋仲伊宫宁仇甘武符刘景詹"
)
MALE = "国建志德文光明永长振耀庆春福荣立学思守怀启承绍秉汉仲其兴济"
MALE_2 = "生林民华平军山海清云松良才贤仁义礼信章元安康祥和顺昌盛达勤"
FEMALE = "秀玉桂淑素慧雅月春美惠兰菊静佩瑞凤彩翠金锦竹若婉采"
FEMALE_2 = "芳兰英珍梅莲华云娥琴霞芝香萍娟莉珠琼芬芸蓉菁贞仪"
TITLES = ("先生", "老师", "同学")  # never made by chance from the characters above, but stays checked

# label -> name, sex, birth, station, extra. Labels stand for the people of the page; names are invented.
CAST = {
    "jia": ("韩启明", "男", (1950, 4, None), "hub"),
    "yi": ("尤慧芳", "女", (1953, 8, None), "hub"),
    "bing": ("柏松年", "男", (1937, 3, 12), "hub"),
    "ding": ("丁若谷", "男", (1949, 9, None), "hub"),
    "wu": ("步云笙", "男", (1955, 5, 20), "jiayuan"),
    "ji": ("纪长庚", "男", (1929, 6, None), "changzheng"),
    "geng": ("耿秋实", "男", (1951, 11, None), "jiayuan"),
    "xin": ("辛百川", "男", (1948, 2, None), "changzheng"),
    "zi": ("訾安平", "男", (1954, 7, None), "lingxi"),
    "chou": ("钮思勤", "男", (1957, 3, None), "xiaohutang"),
    "mao": ("卯长河", "男", (1939, 3, 18), "lingxi"),
    "chen": ("谌望舒", "女", (1959, 12, None), "shangge"),
    "rare": ("田𠮷生", "男", (1952, 6, None), "xintang"),
    "rare2": ("廖喆然", "女", (1956, 9, None), "xiangwan"),
    "double": ("欧阳素琴", "女", (1954, 3, None), "xintang"),
    "double2": ("司徒鹤鸣", "男", (1947, 8, None), "shangge"),
}
NAMESAKE = "周玉兰"
TEAM_SIZE, TEAM_YEARS = 70, 4914  # the mean age is 70.2


class Names:
    """Unique names, none of them with the surname of the veteran known by a courtesy title."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.used = rng, {entry[0] for entry in CAST.values()} | {NAMESAKE}

    def __call__(self, sex: str) -> str:
        first, second = (MALE, MALE_2) if sex == "男" else (FEMALE, FEMALE_2)
        while True:
            given = self.rng.choice(first) + self.rng.choice(second)
            if self.rng.random() < 0.2:
                given = self.rng.choice(second)
            name = self.rng.choice(SURNAMES) + given
            if name not in self.used and not name.endswith(TITLES):
                self.used.add(name)
                return name


def check_character(digits: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11]


def id_number(born: tuple[int, int | None, int | None], sex: str, serial: int) -> str:
    """A number that passes the checks; the area 430299 was never given to a place."""
    year, month, day = born[0], born[1] or 1, born[2] or 1
    serial = serial * 2 + (1 if sex == "男" else 2)
    digits = f"430299{year:04d}{month:02d}{day:02d}{serial % 1000:03d}"
    return digits + check_character(digits)


def standing_starts(joined: tuple[int, int | None, int | None]) -> tuple[int, int | None, int | None]:
    """No probation from April 1969 to 11 August 1977, one year otherwise (as far as living people go)."""
    if (joined[0], joined[1] or 1) >= (1969, 4) and (joined[0], joined[1] or 12, joined[2] or 31) <= (
        1977, 8, 11,
    ):  # fmt: skip
        return joined
    return (joined[0] + 1, *joined[1:])


def some_joining(rng: Random, birth_year: int) -> tuple[int, int | None, int | None]:
    """A joining month, now and then the day, well away from the years in which the rule changed."""
    year = rng.choice(
        [y for y in range(birth_year + 20, birth_year + 36) if y > 1956 and y not in (1969, 1977, 1982)]
    )
    return (year, rng.randint(1, 12), rng.randint(1, 28) if rng.random() < 0.35 else None)


def some_birth(rng: Random, year: int) -> tuple[int, int | None, int | None]:
    shape = rng.random()
    if shape < 0.06:
        return (year, None, None)
    return (year, rng.randint(1, 12), rng.randint(1, 28) if shape > 0.55 else None)


def make_people(year: Year) -> None:
    """Fill the register: the team of 70, volunteers, award holders, elders, residents, and odd rows."""
    rng = year.random("people")
    names = Names(rng)
    people = year.people

    def add(category: str, age: int, station: str, *, party: bool, name: str = "", sex: str = "") -> Person:
        sex = sex or rng.choice("男女")
        born = some_birth(rng, LAST.year - age)
        person = Person(name or names(sex), sex, born, station, category)
        if party:
            make_party(person, some_joining(rng, born[0]))
        people.append(person)
        return person

    def make_party(person: Person, joined: tuple[int, int | None, int | None]) -> None:
        person.affiliation, person.joined, person.full = "中共党员", joined, standing_starts(joined)

    _team(year, rng, add, make_party)
    for number in range(120):
        person = add(
            "志愿者",
            rng.randint(60, 76) if number < 90 else rng.randint(28, 64),
            COMMUNITIES[number % 7],
            party=number < 90,
        )
        person.since = date(2019, 6, 1) + timedelta(days=rng.randrange(200))
        person.retirement = "退休" if person.age >= 60 else ""
    _awarded(rng, names, people, make_party)
    for number in range(24):  # elders of the silver-age scheme
        elder = add("服务对象", rng.randint(80, 93), "xiaohutang", party=number < 14)
        elder.born = (elder.born[0], elder.born[1] or 6, elder.born[2])
        elder.remark = rng.choice(("独居", "空巢", "与子女同住", "独居", ""))
        elder.tags.add("elder")
    for _ in range(8):
        add("服务对象", rng.randint(62, 79), "xiaohutang", party=False).tags.add("need")
    for number in range(30):
        add("居民", rng.randint(26, 72), COMMUNITIES[number % 7], party=False)
    for station, age in (("xintang", 73), ("shangge", 65)):
        person = add("志愿者", age, station, party=True, name=NAMESAKE, sex="女")
        person.born = (LAST.year - age, 5 if age == 73 else 10, None)
        person.tags.add("namesake")
    for person in people:
        person.tags.add(f"station:{person.station}")
    _details(rng, people)


def _team(year: Year, rng: Random, add, make_party) -> None:  # type: ignore[no-untyped-def]
    people = year.people
    for label, (name, sex, born, station) in CAST.items():
        person = add("老党员志愿者", LAST.year - born[0], station, party=True, name=name, sex=sex)
        person.born = born
        make_party(person, some_joining(rng, born[0]))
        person.tags |= {"cast", f"cast:{label}"}
    others = [
        add("老党员志愿者", rng.randint(62, 78), COMMUNITIES[number % 7], party=True)
        for number in range(TEAM_SIZE - len(CAST))
    ]
    while (gap := TEAM_YEARS - sum(person.age for person in people)) != 0:
        person, step = rng.choice(others), 1 if gap > 0 else -1
        if 60 <= person.age + step <= 79:
            person.born = (person.born[0] - step, *person.born[1:])
            make_party(person, some_joining(rng, person.born[0]))
    for person in people:
        person.team, person.retirement = True, "退休"
        person.since = date(2019, 3, 5) + timedelta(days=rng.randrange(290))
    bing, wu, mao = year.person("柏松年"), year.person("步云笙"), year.person("卯长河")
    bing.retirement, bing.remark = "离休", "参战老兵"
    mao.remark = "参战老兵"
    wu.limits, wu.skill = "行走不便、右手不便", "书法"


def _awarded(rng: Random, names: Names, people: list[Person], make_party) -> None:  # type: ignore[no-untyped-def]
    """Thirteen of Xintang with fifty years on 1 July 2021, and one who lacks a day."""
    joined: list[tuple[int, int | None, int | None]] = [
        (1958, 11, None), (1960, 3, 15), (1962, 7, None), (1964, 12, 1), (1965, 6, None), (1966, 5, 20),
        (1967, 1, None), (1967, 10, 8), (1969, 7, None), (1970, 2, 14), (1970, 11, None), (1971, 5, 9),
        (1971, 7, 1), (1971, 7, 2),
    ]  # fmt: skip
    for number, when in enumerate(joined):
        sex = rng.choice("男女")
        born = some_birth(rng, when[0] - rng.randint(19, 23))
        person = Person(names(sex), sex, born, "xintang", "志愿者", retirement="退休")
        make_party(person, when)
        person.tags.add("award" if number < 13 else "near-miss")
        people.append(person)


def _details(rng: Random, people: list[Person]) -> None:
    phones: set[str] = set()
    for serial, person in enumerate(people):
        while not person.phone or person.phone in phones:
            # 144 has thirteen digits in use (for machines): no person has such a number of eleven.
            person.phone = f"144{rng.randrange(10_000_000, 99_999_999)}"
        phones.add(person.phone)
        community = "xintang" if person.station == "hub" else person.station
        block, door = rng.randint(1, 18), rng.randint(1, 17) * 100 + rng.randint(1, 4)
        person.address = f"{rng.choice(COMPOUNDS[community])}{block}栋{door}"
        if person.born[2] and rng.random() < 0.25:
            person.id_number = id_number(person.born, person.sex, serial)
        if not person.skill and rng.random() < 0.3:
            person.skill = rng.choice(
                ("剪纸", "书法、国画", "腰鼓", "摄影", "讲故事", "法律", "医疗", "象棋")
            )
        if not person.limits and person.age >= 74 and "elder" not in person.tags and rng.random() < 0.1:
            person.limits = rng.choice(("听力不佳", "不能上楼", "不能久站"))

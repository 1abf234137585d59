"""The fifteen files of the year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from year_maker import mess
from year_maker.laying import Column, columns, lay
from year_maker.model import COMMUNITIES, STATIONS, Row, Year
from year_maker.posts import SIX
from year_maker.writing import Grid, write_csv, write_ods, write_xlsx

PERSON_FIELDS = (
    "name", "sex", "born", "affiliation", "joined", "full", "id_number", "phone", "address", "station",
    "skill", "limits", "retirement", "category", "since", "remark",
)  # fmt: skip
CHUNK = 12_000
"""Rows in one additional file; a reader may well refuse more than 20,000."""

REGISTER = columns(
    "序号=:row", "姓 名=name:name", "性别=sex:sex", "出生|年月=born:partial", "民族=nation",
    "政治面貌=affiliation",
    "入党时间=joined:partial", "转正时间=full:partial", "身份证号码=id_number", "联系电话=phone:phone",
    "家庭住址=address",
    "所属站点=station:station", "特长=skill", "身体限制=limits", "离退休类别=retirement", "人员类别=category",
    "加入时间=since:day", "备注=remark",
)  # fmt: skip
VISITS = columns(
    "姓名=name:name",
    "性别=sex:sex",
    "年龄=age:whole:岁",
    "登记日期=on:day",
    "所属站点=station:station",
    "联系方式=phone:phone",
    "备注=remark",
)
TEAMS = columns(
    "序号=:row", "队伍=team", "姓名=name:name", "加入时间=since:day", "宣誓时间=oath:day", "备注=remark"
)
POSTS = columns(
    "序号=:row", "岗位=post", "姓名=name:name", "所属站点=station:station", "任职单位=body",
    "任职时间=since:day",
    "届满时间=until:day", "产生方式=route", "备注=remark",
)  # fmt: skip
PROGRAMME = columns("序号=:row", "项目=programme", "姓名=name:name", "参与日期=on:day", "备注=remark")
ACTIVITIES = columns(
    "序号=:row", "活动名称=title", "活动类型=kind", "日期=on:day", "开始时间=start:time", "结束时间=end:time",
    "地点（站点）=station:station", "组织队伍=team", "主讲人=speakers:names", "主题=topic",
    "参加人数（人）=heads:whole:人",
    "其中未成年人=minors:whole:人", "人员构成=made:made", "宣传资料（份）=materials:whole:份", "备注=remark",
)  # fmt: skip
SIGNINS = columns(
    "序号=:row", "姓名=name:name", "所属社区=community", "联系电话=phone:phone", "签到时间=came:time",
    "签退时间=left:time", "签名=signed", "备注=remark",
)  # fmt: skip
DUTY = columns(
    "日期=on:day", "星期=:weekday", "班次（时段）=:period", "值班人员=names:names",
    "值班地点=station:station",
    "联系电话=phone:phone", "备注=remark",
)  # fmt: skip
LOGS = columns(
    "日期=on:day",
    "天气=weather",
    "值班人=name:name",
    "来访/来电情况=came",
    "处理情况=done",
    "交接事项=handover",
    "备注=remark",
)
CONCERNS = columns(
    "序号=number", "收集时间=on:day", "反映人=raiser", "联系电话=phone:phone", "小区/楼栋=compound",
    "反映内容=text",
    "类别=kind", "收集人=taker:name", "收集地点=station:station", "责任单位=unit", "责任人=owner:name",
    "办理时限=due:day",
    "办理情况=outcome", "办结时间=done:day", "反馈时间=answered:day", "满意度=rating", "备注=remark",
)  # fmt: skip
MEETINGS = columns(
    "会议日期=on:day", "地点=station:station", "参加人员=attendees:names", "议题编号=number", "议题=text",
    "决定=decision",
    "责任人=owner:name", "期限=due:day", "备注=remark",
)  # fmt: skip
PATROLS = columns(
    "日期=on:day", "时间=at:time", "巡逻路线=route", "巡逻人员=names:names", "发现问题=found",
    "处理情况=done",
    "站点=station:station", "计入岗位=role", "同时上报=also", "起数=incidents:whole:起", "备注=remark",
)  # fmt: skip
PAIRINGS = columns(
    "序号=:row", "结对方案=scheme", "帮扶人=supporter:name", "帮扶对象=recipient:name",
    "所属站点=station:station",
    "结对时间=start:day", "结束时间=end:day", "结束原因=reason", "备注=remark",
)  # fmt: skip
CONTACTS = columns(
    "日期=on:day", "帮扶人=supporter:name", "帮扶对象=recipient:name", "方式=means",
    "时长（分钟）=minutes:whole",
    "结果=result", "内容=text",
)  # fmt: skip
SUGGESTIONS = columns(
    "活动=campaign", "建议人=name:name", "提交日期=on:day", "页数=pages:whole", "序号=number",
    "建议内容=text",
    "答复单位=by", "答复日期=replied:day", "答复结果=outcome", "答复内容=answer",
)  # fmt: skip
AWARDS = columns(
    "序号=:row",
    "姓名=name:name",
    "所属站点=station:station",
    "入党时间=joined:partial",
    "转正时间=full:partial",
    "颁发日期=on:day",
    "备注=remark",
)


def write_books(year: Year, out: Path) -> list[Path]:
    """Write all files; gives their paths in order."""
    seed, tables = year.seed, year.tables
    paths: list[Path] = []

    def xlsx(name: str, *grids: Grid) -> None:
        paths.append(out / f"{name}.xlsx")
        write_xlsx(paths[-1], grids)

    register = _register(year)
    xlsx(
        "01 花名册",
        lay(
            "花名册",
            REGISTER,
            register,
            seed=seed,
            title="示范区老党员志愿服务网络人员花名册",
            note="填表说明：出生年月按身份证填写，如1952.7；离退休类别填离休或退休。",
            ditto=("station", "affiliation"),
        ),
        lay("走访登记", VISITS, tables["visits"], seed=seed, title="老年人走访登记表"),
    )
    xlsx(
        "02 队伍名册",
        lay(
            "队伍名册", TEAMS, tables["teams"], seed=seed, title="志愿服务队伍名册", merge=("team", ("team",))
        ),
    )
    xlsx("03 六员选聘名册", *_post_sheets(tables["six"], seed))
    paths.append(out / "04 平安创建参与.csv")
    write_csv(
        paths[-1],
        lay(
            "",
            PROGRAMME,
            tables["programme"],
            seed=seed,
            title="平安社区创建参与登记表",
            text=True,
            ditto=("programme",),
            total=("none",),
        ),
    )
    xlsx(
        "05 活动情况记录表",
        *_by_quarter(
            "活动情况记录表",
            ACTIVITIES,
            tables["activities"],
            seed,
            ditto=("kind",),
            total=("heads", "minors", "materials"),
            gap=True,
        ),
    )
    xlsx("06 活动签到表", *_signin_sheets(tables["signins"], seed))
    months = [
        lay(
            f"{month}月",
            DUTY,
            list(rows),
            seed=seed,
            title=f"365驿站2021年{month}月值班表",
            ditto=("station",),
        )
        for month, rows in groupby(tables["duty"], key=lambda row: row["on"].month)
    ]
    xlsx("07 值班表", *months)
    xlsx(
        "08 值班日志",
        *_by_quarter("值班日志", LOGS, tables["logs"], seed, block=(("值班地点：", "尚格社区365驿站"),)),
    )
    xlsx(
        "09 社情民意台账",
        lay(
            "台账",
            CONCERNS,
            tables["concerns"],
            seed=seed,
            title="社情民意（民情）台账",
            note="截止2021年12月31日",
            total=("none",),
        ),
    )
    xlsx(
        "10 例会记录",
        lay(
            "例会记录",
            MEETINGS,
            tables["meetings"],
            seed=seed,
            title="365驿站每周例会记录",
            merge=("on", ("on", "station", "attendees")),
        ),
    )
    xlsx(
        "11 巡逻记录表",
        *_by_quarter(
            "巡逻记录表", PATROLS, tables["patrols"], seed, ditto=("route", "names"), total=("incidents",)
        ),
    )
    xlsx(
        "12 结对帮扶台账",
        lay("结对帮扶台账", PAIRINGS, tables["pairings"], seed=seed, ditto=("scheme", "supporter")),
    )
    xlsx("13 帮扶联系记录", *_by_quarter("帮扶联系记录", CONTACTS, tables["contacts"], seed))
    xlsx(
        "14 意见建议登记表",
        lay(
            "意见建议",
            SUGGESTIONS,
            tables["suggestions"],
            seed=seed,
            title="意见建议登记表",
            merge=("name", ("campaign", "name", "on", "pages")),
        ),
    )
    paths.append(out / "15 在党50年纪念章台账.ods")
    write_ods(
        paths[-1],
        [
            lay(
                "纪念章台账",
                AWARDS,
                tables["awards"],
                seed=seed,
                title="“光荣在党50年”纪念章台账",
                note="党龄计算截至2021年7月1日",
                ditto=("station",),
                total=("none",),
            )
        ],
    )
    for name, shown, table in (
        ("05 活动情况记录表", ACTIVITIES, "more-activities"),
        ("07 值班表", DUTY, "more-duty"),
        ("11 巡逻记录表", PATROLS, "more-patrols"),
    ):
        rows = tables.get(table, [])
        for part, start in enumerate(range(0, len(rows), CHUNK), 1):
            xlsx(f"{name}（其他站点{part}）", lay("记录", shown, rows[start : start + CHUNK], seed=seed))
    return paths


def _register(year: Year) -> list[Row]:
    order = {code: place for place, code in enumerate(("hub", *COMMUNITIES))}
    rows: list[Row] = []
    for number, person in enumerate(year.people):
        row: Row = {
            name: getattr(person, name)
            for name in PERSON_FIELDS
        }  # fmt: skip
        row |= {
            "_key": f"person-{number}",
            "nation": "土家族" if number % 29 == 7 else "苗族" if number % 31 == 9 else "汉族",
        }
        rows.append(row)
    rows.sort(key=lambda row: order[row["station"]])
    rows += year.tables["odd-people"]
    return rows


def _post_sheets(rows: Iterable[Row], seed: int) -> list[Grid]:
    groups: dict[str, list[Row]] = {"六员": [], "小区党支部": [], "居民自治": [], "其他": []}
    for row in rows:
        post = row["post"]
        if post in SIX:
            groups["六员"].append(row)
        elif post in ("党支部书记", "党建指导员"):
            groups["小区党支部"].append(row)
        else:
            groups["居民自治" if post in ("业委会成员", "居民小组长") else "其他"].append(row)
    hints = (
        "",
        "必填，从下拉表选择",
        "必填，填全名",
        "填写站点简称",
        "填写单位全称",
        "格式：年/月/日",
        "选填",
        "如：选聘",
        "选填",
    )
    return [
        lay(
            name,
            POSTS,
            found,
            seed=seed,
            title=f"{name}名册",
            hints=hints if name == "六员" else (),
            merge=("post", ("post",)) if name == "六员" else None,
        )
        for name, found in groups.items()
    ]


def _by_quarter(
    name: str, shown: tuple[Column, ...], rows: Sequence[Row], seed: int, **more: Any
) -> list[Grid]:
    return [
        lay(
            f"第{'一二三四'[quarter]}季度",
            shown,
            list(found),
            seed=seed,
            title=f"{name}（2021年第{'一二三四'[quarter]}季度）",
            **more,
        )
        for quarter, found in groupby(rows, key=lambda row: (row["on"].month - 1) // 3)
    ]


def _signin_sheets(rows: Iterable[Row], seed: int) -> list[Grid]:
    grids = []
    for number, (_, found) in enumerate(groupby(rows, key=lambda row: (row["title"], row["on"])), 1):
        some = list(found)
        head = some[0]
        on_cell = mess.day_cell(head["on"], 99 if number % 2 else 0)
        for row in some:
            person = row.get("person")
            if person is not None:
                row |= {"community": STATIONS[person.station][1], "phone": person.phone}
            row["signed"] = row["name"] if number % 2 else ""
        block = (
            ("活动名称：", head["title"], None, None, "活动日期：", on_cell),
            ("活动地点：", STATIONS[head["station"]][1], None, None, "负责人：", head["leader"]),
        )  # fmt: skip
        grids.append(lay(f"签到{number}", SIGNINS, some, seed=seed, title="活动签到表", block=block))
    return grids

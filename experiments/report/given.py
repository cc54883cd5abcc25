"""What was given of a county and what was drawn, as a table that every report of given villages shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.start.given_tables import KINDS
from sim.start.village_table import Table, read_villages
from sim.state.parameters import Parameters

from ..study.findings import ShownTable
from .style import phrase, tell

TOLD: Mapping[
    str, tuple[str, str, str, str]
] = {  # column -> what it is, and what stands in where it is blank
    "elders": ("elders", "老人数", "drawn around the number set for all", "按设定的村均老人数抽取"),
    "township": ("township", "乡镇", "dealt in turn", "依次分配"),
    "kind": ("kind of village", "村庄类型", "drawn by prevalence", "按普遍程度抽取"),
    "strength": ("strength of the collective", "集体经济强弱", "drawn by prevalence", "按普遍程度抽取"),
    "income": ("collective income", "集体收入", "drawn within the class", "在类别内抽取"),
    "volunteers": ("volunteers", "志愿者", "a share of the elders", "按老人数的比例"),
    "facility": ("facility", "设施", "drawn by how usual it is", "按普遍程度抽取"),
    "opened": (
        "opening date",
        "建成时间",
        "drawn up to the age of the oldest",
        "在最早建成的年限内抽取",
    ),
    "door": ("open or shut", "开放或关闭", "drawn by how many are shut", "按关闭的比例抽取"),
    "step": ("form of service", "服务形式", "a canteen where open", "开放则为食堂"),
    "days": ("open days a week", "每周开放天数", "drawn", "抽取"),
    "cash": ("cash", "账面资金", "as usual at the start", "按通常的期初资金"),
    "debt": ("debt", "欠款", "none", "无"),
    "leader": ("leader", "带头人", "drawn by how usual it is", "按普遍程度抽取"),
    "association": ("elderly association", "老年协会", "drawn by how usual it is", "按普遍程度抽取"),
    "idle_building": ("idle building", "闲置房屋", "drawn by how usual it is", "按普遍程度抽取"),
    "east": ("place on the map", "地图位置", "drawn", "抽取"),
}
SHIPPED: Mapping[str, tuple[str, str, str, str]] = {
    "population": ("people by age and sex", "分年龄、性别人口", "rural China 2020", "2020 年全国农村"),
    "mortality": ("death rates", "死亡率", "China times the rural ratio", "全国死亡率乘农村系数"),
    "health": ("health by age", "分年龄健康转移", "CLHLS", "CLHLS"),
    "income": (
        "brackets of collective income",
        "集体收入分档",
        "as published for the country",
        "按全国公布数据",
    ),
}


def county_said(parameters: Parameters) -> str:
    """What is simulated: a synthetic county, or what of it was given."""
    given = parameters.given
    named = [tell(*SHIPPED[kind][:2]) for kind in KINDS if getattr(given, kind)]
    tables = tell(", ", "、").join(named)
    if given.villages:
        count = read_villages(given.villages).rows
        return tell(
            f"the {count} villages that were given{f', with {tables} of their own' if tables else ''}",
            f"您提供的 {count} 个村{f'（{tables}亦为所提供）' if tables else ''}",
        )
    return tell(
        f"a synthetic county{f' with {tables} that were given' if tables else ''}",
        f"一个合成的县{f'（{tables}为所提供）' if tables else ''}",
    )


def made_of(parameters: Parameters) -> str:
    """What the county is made of, as the beginning of a sentence."""
    if not parameters.given.villages:
        return tell("The county is synthetic", "县是合成的")
    return tell(
        "The villages are those that were given, and what is not told of them is drawn",
        "村庄为您所提供，未填写之处由模型抽取",
    )


def of_county(english: str, parameters: Parameters) -> str:
    """A sentence on a synthetic county; on the villages that were given where there are any."""
    given = "the villages that were given"
    return phrase(english.replace("a synthetic county", given) if parameters.given.villages else english)


def shut_before(parameters: Parameters) -> frozenset[int]:
    """Numbers of the villages whose station a table tells shut: it had opened before the first month."""
    if not parameters.given.villages:
        return frozenset()
    columns = read_villages(parameters.given.villages).columns
    if "door" not in columns or not parameters.plan.on:  # without a plan standing stations are open
        return frozenset()
    shut = columns["door"] == 0
    if "facility" in columns:
        shut = shut & (columns["facility"] != 0)
    return frozenset((np.flatnonzero(shut) + 1).tolist())


def shut_told(parameters: Parameters) -> list[str]:
    """A sentence on how stations that a table tells shut are counted; none where it tells of none."""
    if not (shut := len(shut_before(parameters))):
        return []
    return [
        tell(
            f"{shut} station{'s are' if shut > 1 else ' is'} told shut: one that does not open again is "
            "counted as never opened, though it did before the first month.",
            f"表中有 {shut} 个站点填写为已关闭：其中不再开放者计入“从未开办”，但它在首月之前曾经开办。",
        )
    ]


def told_helpers(parameters: Parameters, number: int) -> int | None:
    """Helpers under 60 of a village that a table tells; None where it does not."""
    if not parameters.given.villages:
        return None
    column = read_villages(parameters.given.villages).columns.get("volunteers", np.zeros(0))
    return None if number > len(column) or np.isnan(column[number - 1]) else int(column[number - 1])


def told(table: Table, name: str) -> int:
    """Villages of which a column says something."""
    column = table.columns.get(name)
    return 0 if column is None else int((~np.isnan(column)).sum())


def told_and_drawn(parameters: Parameters) -> ShownTable | None:
    """The table; None for a synthetic county."""
    given = parameters.given
    tables = [kind for kind in KINDS if getattr(given, kind)]
    if not given.villages and not tables:
        return None
    rows: list[list[object]] = []
    notes: list[str] = []
    if given.villages:
        table = read_villages(given.villages)
        rows += [
            [tell(english, chinese), told(table, name), table.rows - told(table, name), tell(drawn, zh)]
            for name, (english, chinese, drawn, zh) in TOLD.items()
        ]
        counted = np.zeros(table.rows, bool)
        for column in table.bands.values():
            counted |= ~np.isnan(column)
        bands = int(counted.sum())
        shares = tell("the county's shares", "按全县构成")
        rows.insert(
            1, [tell("elders by age and sex", "分年龄、性别老人数"), bands, table.rows - bands, shares]
        )
        notes += shut_told(parameters)
        notes += [tell(*note.split("\t")) if "\t" in note else note for note in table.notes]
    whole = tell("whole county", "全县")
    rows += [
        [
            tell(english, chinese),
            whole if kind in tables else 0,
            0 if kind in tables else whole,
            tell(drawn, zh),
        ]
        for kind, (english, chinese, drawn, zh) in SHIPPED.items()
    ]
    heads = (
        tell("what", "内容"),
        tell("given, villages", "已提供（村数）"),
        tell("drawn, villages", "抽取（村数）"),
        tell("where it is not given", "未提供时"),
    )
    note = tell(
        "How much of the interval comes from what is drawn the study of the interval tells.",
        "区间中有多少来自抽取部分，见“区间”研究。",
    )
    return ShownTable(
        tell("What was given and what was drawn", "哪些由您提供，哪些由模型抽取"),
        [*heads],
        rows,
        " ".join([*notes, note]),
    )

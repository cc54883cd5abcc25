"""Tables to be filled in, and a workbook to practise on: `python run.py template villages out=mine.xlsx`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.start.tables import income_quantiles, read

from . import busy
from .catalogue import CONFIGS, Mistake
from .paths import command

Rows = list[list[str]]
CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))  # of a square, in hundredths of a degree
MARK = "\ufeff"  # without it a Chinese spreadsheet takes a text for GB 18030


class Template(NamedTuple):
    """Sheets by name, each a heading and rows; what the file is given as."""

    sheets: Mapping[str, Rows]
    key: str


def _villages(zh: bool) -> Template:
    """One village in full, one in part, one that is drawn but for its name."""
    columns: Mapping[str, tuple[str, str, str]] = {
        ("乡镇" if zh else "township"): ("东镇" if zh else "East", "东镇" if zh else "East", ""),
        ("行政区划代码" if zh else "code"): ("", "", ""),
        ("村名" if zh else "name"): (
            ("上村", "桥头村", "石坡村") if zh else ("Upper Village", "Bridge Village", "Stone Slope")
        ),
        ("村庄类型" if zh else "kind"): ("普通" if zh else "plain", "城郊" if zh else "near_town", ""),
        ("集体收入(元)" if zh else "income"): ("60000", "", ""),
        ("人口" if zh else "people"): ("640", "", ""),
        ("老人数" if zh else "elders"): ("180", "240", ""),
        ("60-69岁" if zh else "all_60_69"): ("100", "", ""),
        ("70-79岁" if zh else "all_70_79"): ("55", "", ""),
        ("80岁以上" if zh else "all_80"): ("25", "", ""),
        ("志愿者数" if zh else "volunteers"): ("20", "", ""),
        ("幸福院" if zh else "facility"): ("有" if zh else "yes", "无" if zh else "no", ""),
        ("建成时间" if zh else "opened"): ("2019-05", "", ""),
        ("运营状态" if zh else "door"): ("开放" if zh else "open", "", ""),
        ("服务形式" if zh else "step"): ("食堂" if zh else "canteen", "", ""),
        ("每周开放天数" if zh else "days"): ("5", "", ""),
        ("账面资金(元)" if zh else "cash"): ("12000", "", ""),
        ("欠款(元)" if zh else "debt"): ("0", "", ""),
        ("带头人" if zh else "leader"): ("有" if zh else "yes", "", ""),
        ("老年协会" if zh else "association"): ("无" if zh else "no", "", ""),
        ("闲置房屋" if zh else "idle_building"): ("有" if zh else "yes", "", ""),
        ("经度" if zh else "longitude"): ("104.52", "104.57", ""),
        ("纬度" if zh else "latitude"): ("35.21", "35.24", ""),
    }
    cells = [[*column] for column in columns.values()]
    return Template(
        {"村表" if zh else "villages": [[*columns], *map(list, zip(*cells, strict=True))]}, "given.villages"
    )


def _population(zh: bool) -> Template:
    """The rural population of 2020 that stands in where none is given, millions."""
    rows = read("rural_population_60plus_by_age_sex_2020_derived.csv")
    heading = ["年龄组", "男", "女"] if zh else ["age_group", "men", "women"]
    body = [[row["age_group"], row["male_million"], row["female_million"]] for row in rows]
    return Template({"人口" if zh else "population": [heading, *body]}, "given.population")


def _mortality(zh: bool) -> Template:
    """Yearly death rates of the country of 2025 to 2030."""
    rows = [
        row
        for row in read("mortality_mx_by_age_sex_china_wpp2024.csv")
        if row["period"] == "2025-2030" and 40 <= int(row["age_start"]) <= 100
    ]
    ages = [int(row["age_start"]) for row in rows]
    groups = ["100+" if age == 100 else f"{age}-{age + 4}" for age in ages]
    heading = ["年龄组", "男", "女"] if zh else ["age_group", "men", "women"]
    body = [[group, row["mx_male"], row["mx_female"]] for group, row in zip(groups, rows, strict=True)]
    return Template({"死亡率" if zh else "mortality": [heading, *body]}, "given.mortality")


def _health(zh: bool) -> Template:
    """The chances in a year that stand in where none are given (CLHLS)."""
    rows = read("health_transition_1y_china_clhls.csv")
    heading = ["age_group", "sex", "from_state", "to_1", "to_2", "to_3", "to_death"]
    if zh:
        heading = ["年龄组", "性别", "起始状态", "转为1", "转为2", "转为3", "死亡"]
    sexes = {"male": "男" if zh else "men", "female": "女" if zh else "women"}
    body = [
        [
            row["age_group"],
            sexes[row["sex"]],
            row["from_state"],
            row["to_1"],
            row["to_2"],
            row["to_3"],
            row["to_4_death"],
        ]
        for row in rows
    ]
    return Template({"健康转移" if zh else "health": [heading, *body]}, "given.health")


def _income(zh: bool) -> Template:
    """Five brackets that keep the shipped ones of 2023, read off at their upper ends."""
    quantiles = income_quantiles(2023) / 100
    at = [0.12, 0.40, 0.67, 0.92, 1.0]
    tops = [quantiles[round(rank * (len(quantiles) - 1))] for rank in at]
    shares = [100 * (high - low) for low, high in zip([0.0, *at], at, strict=False)]
    heading = ["收入上限(元)", "占比(%)"] if zh else ["up_to", "share"]
    body = [[f"{top:.0f}", f"{share:.4g}"] for top, share in zip(tops, shares, strict=True)]
    return Template({"集体收入" if zh else "income": [heading, *body]}, "given.income")


def _workbook(zh: bool) -> Template:
    """A made-up workbook of a county's bureau with the usual faults; docs/own_county.md corrects it."""
    title = ["某县农村互助养老基本情况统计表"]
    about = [["填表说明"], ["一、本表为虚构示例，用于练习读表、改错。"], ["二、金额单位见表头。"]]
    villages = [
        title,
        [
            "乡镇",
            "行政区划代码",
            "村名",
            "人口",
            "60岁以上人口",
            "60-69岁",
            "70-79岁",
            "80岁以上",
            "集体收入（万元）",
            "类型",
            "经度",
            "纬度",
        ],
        [
            "东镇",
            "990101001201",
            "上王村",
            "812",
            "206",
            "118",
            "62",
            "26",
            "4.2",
            "普通",
            "104.512",
            "35.204",
        ],
        ["", "990101001202", "下王村", "640", "约150", "", "", "", "11", "普通", "104.538", "35.221"],
        ["", "990101001203", "石桥村", "455", "132", "70", "41", "21", "2.6", "景点", "104.561", "35.197"],
        [
            "西镇",
            "990101002201",
            "河湾村",
            "190",
            "201",
            "110",
            "60",
            "31",
            "26",
            "城郊",
            "104.602",
            "35.243",
        ],
        ["", "990101002202", "柳沟村", "733", "188", "", "", "38", "3.1", "手工艺", "104.602", "35.243"],
        ["", "990101002203", "高坪村", "388", "97", "", "", "", "1.8", "普通", "104.644", "35.262"],
        ["合计", "", "", "3218", "", "", "", "", "", "", "", ""],
    ]
    stations = [
        [
            "村名",
            "幸福院",
            "建成时间",
            "运营状态",
            "服务形式",
            "每周开放天数",
            "志愿者数",
            "账面资金（元）",
            "欠款（元）",
        ],
        ["上王村", "有", "2018年5月", "正常", "食堂", "5", "24", "8600", "0"],
        ["下王村", "有", "2019", "停运", "", "", "6", "0", "12500"],
        ["石桥村", "无", "", "", "", "", "", "", ""],
        ["河湾村", "有", "2021/9", "开放", "送餐", "3", "15", "3200", "4100"],
        ["柳沟村", "有", "2016.11", "还行", "活动室", "2", "9", "500", "0"],
        ["高平村", "无", "", "", "", "", "", "", ""],
    ]
    return Template({"填表说明": about, "村基本情况": villages, "幸福院运营": stations}, "given.villages")


TABLES: Mapping[str, Callable[[bool], Template]] = {
    "villages": _villages,
    "population": _population,
    "mortality": _mortality,
    "health": _health,
    "income": _income,
    "workbook": _workbook,
}
PATTERNS, BORDERS = "patterns", "borders"


def borders(zh: bool) -> str:
    """Two squares that bear the names of the villages of the table's template."""
    (rows,) = _villages(zh).sheets.values()
    name, east, north = (rows[0].index(title) for title in (rows[0][2], *rows[0][-2:]))
    features = []
    for row in rows[1:3]:
        at = np.array([float(row[east]), float(row[north])])
        ring = [(at + np.array(corner) / 100).round(6).tolist() for corner in CORNERS]
        polygon = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "properties": {rows[0][name]: row[name]}, "geometry": polygon})
    return (
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1) + "\n"
    )


def patterns() -> str:
    """The head of the shipped file of patterns and its first pattern."""
    whole = (CONFIGS / "patterns.yaml").read_text(encoding="utf-8")
    head, _, rest = whole.partition("patterns:\n")
    first, *_ = rest.split("\n  - id:")[:1]
    return f"{head}patterns:\n{first.rstrip()}\n"


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """A text that a Chinese spreadsheet opens rightly."""
    return (MARK + pd.DataFrame(rows).to_csv(index=False, header=False, lineterminator="\r\n")).encode()


def as_workbook(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook; cells are texts, as codes would lose their digits otherwise."""
    made = io.BytesIO()
    with pd.ExcelWriter(made, engine="openpyxl") as writer:
        for name, rows in sheets.items():
            width = max(map(len, rows))
            full = [[*row, *[""] * (width - len(row))] for row in rows]
            pd.DataFrame(full).to_excel(writer, sheet_name=name, index=False, header=False)
    return made.getvalue()


def content(kind: str, zh: bool, suffix: str) -> bytes:
    """What a template's file holds; Mistake where it cannot be of that sort."""
    if kind in (PATTERNS, BORDERS):
        wanted = {PATTERNS: (".yaml", ".yml"), BORDERS: (".geojson", ".json")}[kind]
        if suffix not in wanted:
            raise Mistake(f"a template of {kind} is a file *{wanted[0]}")
        return (patterns() if kind == PATTERNS else borders(zh)).encode()
    sheets = TABLES[kind](zh).sheets
    if suffix == ".xlsx":
        return as_workbook(sheets)
    if suffix != ".csv" or len(sheets) > 1:
        raise Mistake(f"a template of {kind} is a file *.xlsx" + ("" if len(sheets) > 1 else " or *.csv"))
    (rows,) = sheets.values()
    return as_csv(rows)


def usual(kind: str) -> str:
    """Name of a template's file where none is said."""
    return f"{kind}{ {PATTERNS: '.yaml', BORDERS: '.geojson'}.get(kind, '.xlsx') }"


def main(words: list[str]) -> int:
    """Write a template and print how it is used; what is there is not written over."""
    from .asked import template

    asked = template(words)
    kind, path = asked["kind"], Path(asked["out"] or usual(asked["kind"]))
    busy.say("writing the template", "正在写出模板")
    made = content(kind, asked["lang"] == "zh", path.suffix.lower())
    if path.exists():
        raise Mistake(f"out = {str(path)!r}: there is a file already; name another")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    except OSError as error:
        raise Mistake(f"out = {str(path)!r}: it cannot be written: {error.strerror or error}") from error
    print(path)
    if kind == PATTERNS:
        print(command("validate", f"patterns={path}"))
    else:
        key = f"given.{BORDERS}" if kind == BORDERS else TABLES[kind](False).key
        more = [f"given.villages={usual('villages')}"] if kind == BORDERS else []
        print(command("experiment=baseline", *more, f"{key}={path}"))
    return 0

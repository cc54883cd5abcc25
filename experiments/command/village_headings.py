"""What the columns of people's tables of villages may be called, and what stands in their cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from sim.start.age_bands import band_of
from sim.start.village_table import WORDS

HEADINGS: Mapping[str, tuple[str, ...]] = {  # column of the model -> what it may be called
    "number": ("number", "no", "no.", "序号", "编号"),
    "code": ("code", "代码", "村代码", "区划代码", "行政区划代码", "统计用区划代码", "村级代码"),
    "name": ("name", "village", "名称", "村", "村名", "村名称", "行政村", "村庄", "村(社区)"),
    "township": ("township", "town", "乡镇", "所属乡镇", "乡镇名称", "镇", "乡镇(街道)", "街道"),
    "kind": ("kind", "type", "类型", "村类型", "村庄类型"),
    "strength": ("strength", "collective", "集体经济", "集体实力", "集体经济强弱", "集体经济实力"),
    "facility": ("facility", "station", "设施", "幸福院", "养老设施", "站点", "有无幸福院", "互助幸福院"),
    "leader": ("leader", "带头人", "能人", "有无带头人"),
    "association": ("association", "协会", "老年协会", "有无老年协会", "老年人协会"),
    "idle_building": ("idle_building", "idle building", "闲置房屋", "闲置校舍", "闲置房", "有无闲置房屋"),
    "step": ("step", "form", "服务形式", "服务方式", "服务内容"),
    "door": ("door", "state", "status", "运营状态", "运营情况", "运行状态", "运行情况", "是否运营", "状态"),
    "elders": (
        "elders",
        "老人",
        "老人数",
        "老年人数",
        "老年人口",
        "60岁以上",
        "60岁以上人口",
        "60岁及以上人口",
        "60岁以上老人",
    ),
    "people": ("people", "population", "residents", "人口", "总人口", "户籍人口", "常住人口", "人口数"),
    "volunteers": ("volunteers", "helpers", "志愿者", "志愿者数", "志愿者人数", "互助员", "互助队员"),
    "income": (
        "income",
        "collective income",
        "集体收入",
        "村集体收入",
        "集体经济收入",
        "村集体经济收入",
        "集体经济年收入",
        "村集体年收入",
    ),
    "days": ("days", "open days", "每周开放天数", "开放天数", "每周天数"),
    "cash": ("cash", "账面资金", "现金", "资金结余", "账面结余", "结余"),
    "debt": ("debt", "debts", "欠款", "债务", "负债", "欠账"),
    "east": ("east", "x", "东向", "东向公里", "东(公里)"),
    "north": ("north", "y", "北向", "北向公里", "北(公里)"),
    "opened": (
        "opened",
        "opening date",
        "建成时间",
        "启用时间",
        "开放时间",
        "开业时间",
        "建成年月",
        "建成年份",
    ),
    "longitude": ("longitude", "lon", "lng", "经度", "东经"),
    "latitude": ("latitude", "lat", "纬度", "北纬"),
}
PLACED = ("longitude", "latitude")  # are projected; the model has kilometres
FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "1", "是", "有", "√", "✓"), "yes"),
    **dict.fromkeys(("no", "n", "false", "0", "否", "无", "没有", "×"), "no"),
}
OPEN = ("开放", "运营", "运行", "正常", "正常运营", "正常运行", "在营", "yes", "是", "1", "running")
SHUT = ("关闭", "停办", "停运", "停业", "停用", "空置", "闲置", "未运营", "未运行", "no", "否", "0", "closed")
SPELLINGS: Mapping[str, Mapping[str, str]] = {  # column -> what stands in a cell -> the word of the model
    "kind": {
        **dict.fromkeys(("普通", "一般", "普通村", "平原"), "plain"),
        **dict.fromkeys(("景区", "旅游", "景区村", "旅游村", "有景区"), "scenic"),
        **dict.fromkeys(("手工艺", "工艺", "非遗", "手工艺村", "手艺村", "craft heritage"), "craft"),
        **dict.fromkeys(("城郊", "近郊", "近镇", "镇郊", "城郊村", "近郊村", "near town"), "near_town"),
    },
    "strength": {
        **dict.fromkeys(("弱", "薄弱", "较弱", "差"), "weak"),
        **dict.fromkeys(("中", "中等", "一般"), "middle"),
        **dict.fromkeys(("强", "较强", "富裕", "好"), "rich"),
    },
    "step": {
        **dict.fromkeys(("无", "没有"), "none"),
        **dict.fromkeys(("邻里互助", "邻里", "探访"), "neighbours"),
        **dict.fromkeys(("活动室", "日间活动", "活动", "日间照料"), "station_days"),
        **dict.fromkeys(("送餐", "上门送餐", "邻里餐桌", "中心户"), "tables_at_home"),
        **dict.fromkeys(("自助做饭", "互助做饭", "自炊", "轮流做饭"), "self_cooked"),
        **dict.fromkeys(("食堂", "助餐", "老年食堂", "集中就餐"), "canteen"),
        **dict.fromkeys(("食堂对外", "对外营业", "社会就餐"), "canteen_with_guests"),
    },
    "door": {**dict.fromkeys(OPEN, "open"), **dict.fromkeys(SHUT, "shut")},
    **{column: FLAGS for column, words in WORDS.items() if words == ("no", "yes")},
}
UNITS = {"万元": 10_000, "千元": 1_000, "元": 1, "万": 10_000}  # of money, in yuan
MONEY = ("income", "cash", "debt")
UNIT = re.compile(r"[(\[/](?:单位:)?(万元|千元|元|万|人|个|天|名|公里|km|°|度|%|‰)(?:/年|(/月))?[)\]]?$")
SHARES = ("%", "‰")  # of no column: where persons are wanted they would be taken for these
THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,4}(?:,[0-9]{4})+(?:\.[0-9]+)?")
AGES = re.compile(r"([0-9]{2,3})(?:(?:岁)?[-~—–至到_]([0-9]{2,3}))?(岁)?(及以上|以上|\+)?(?:岁)?")
SEX = {"男": "men", "men": "men", "male": "men", "女": "women", "women": "women", "female": "women"}
REST = re.compile(r"(老年人口|老年人|老人|人口|人数|人|数|性|elders|all|aged|and over|people|[()_:,，、 ])+")
MONTH = re.compile(r"((?:19|20)[0-9]{2})(?:[-/.年](0?[1-9]|1[0-2])(?:[-/.月].*)?)?年?")
MIDYEAR = "07"  # of a year without a month
MONTHS = 12  # of a year, by which an income a month is multiplied


class Heading(NamedTuple):
    """Of a column: the model's name, or nothing; yuan that one of its figures is, 0 where it says no unit."""

    column: str
    unit: int = 0


def plain(text: str) -> str:
    """Letters that are compared: full-width signs as usual ones, without blanks and breaks of lines."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split()).replace("_", "")


NAMES = {plain(name): column for column, names in HEADINGS.items() for name in names}


def heading_of(text: str) -> Heading:
    """What a heading stands for."""
    whole = plain(text)
    found = UNIT.search(whole)
    base = whole[: found.start()] if found else whole
    if found and found[1] in SHARES:
        return Heading("")
    column = NAMES.get(whole) or NAMES.get(base) or band_heading(text)
    return Heading(column, UNITS.get(found[1], 0) * (MONTHS if found[2] else 1) if found else 0)


def band_heading(text: str) -> str:
    """A heading of elders by age and sex, such as 70-79岁男 or `women 80+`, as the model's column."""
    small = unicodedata.normalize("NFKC", text).strip().lower()
    if band_of(small.replace(" ", "_")) is not None:
        return small.replace(" ", "_")
    sexes = [sex for sex in SEX if sex in small]  # "women" holds "men"
    sex = "" if not sexes else SEX[max(sexes, key=len)]
    rest = re.sub("|".join(map(re.escape, SEX)), "", small) if sexes else small
    ages = AGES.search(rest)
    if ages is None:
        return f"{sex}_60" if sex and REST.fullmatch(rest or ",") and "老" in rest else ""
    if REST.fullmatch((rest[: ages.start()] + rest[ages.end() :]) or ",") is None:
        return ""
    if not (ages[2] or ages[4]):
        return ""
    return f"{sex or 'all'}_{ages[1]}" + (f"_{ages[2]}" if ages[2] else "")


def spelled(column: str, cell: str) -> str:
    """A cell in the word of the model; figures without separators of thousands, months as YYYY-MM."""
    if column in SPELLINGS:
        return SPELLINGS[column].get(cell.lower(), cell)
    if column == "opened":
        found = MONTH.fullmatch(cell)
        return f"{found[1]}-{(found[2] or MIDYEAR).zfill(2)}" if found else cell
    thousands = column not in ("name", "code", "township") and THOUSANDS.fullmatch(cell)
    return cell.replace(",", "") if thousands else cell

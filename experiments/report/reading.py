"""Tables for people: villages, months and runs in words, yuan and hours, headed as in reports.

In the language that is spoken. Programs read the stored tables instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from sim.engine import own_folders
from sim.funnel import FUNNEL
from sim.state.codes import KINDS, NEVER
from sim.state.parameters import Parameters

from .. import statistics
from .cells import neutral_frame
from .marks import SERVICE
from .style import tell, words
from .village_names import are_named, village_names

MARK = "\ufeff"  # without it a Chinese spreadsheet takes UTF-8 for GB 18030
MET = ("family", "mutual", "professional", "unmet")
YEAR = 12
FACILITY = (("none", "无"), ("planned", "筹建中"), ("working", "在用"))  # by sim.state.codes
HEADS: Mapping[str, tuple[str, str]] = {  # column -> heading, its unit left to the end of its name
    "scenario": ("scenario", "情景"),
    "arm": ("arm", "支"),
    "replicate": ("seed", "种子"),
    "month": ("month", "月份"),
    "village": ("number", "编号"),
    "name": ("name", "村名"),
    "code": ("code", "区划代码"),
    "kind": ("kind", "类型"),
    "strength": ("collective", "村集体"),
    "judged": ("class at the end", "期末类别"),
    "reasons": ("why not viable", "不可持续的原因"),
    "closed_month": ("last closure", "最近一次关闭"),
    "open_end": ("station open at the end", "期末站点开放"),
    "level_end": ("service at the end", "期末服务"),
    "facility_end": ("facility at the end", "期末设施"),
    "level": ("service", "服务"),
    "facility": ("facility", "设施"),
    "elders": ("elders", "老人数"),
    "station_closures": ("closures of the station", "站点关闭次数"),
    "open_years": ("years with an open station", "站点开放年数"),
    "table_years": ("years with an open station and meals", "站点开放且供餐年数"),
    "served_years": ("elder-years served", "受服务老人年"),
    "added_served_years": ("added elder-years", "新增受服务老人年"),
    "elder_years": ("elder-years of residents", "常住老人年"),
    "visits_due": ("visits due", "应做探访"),
    "visits_made": ("visits made", "已做探访"),
    "visits_on_time": ("visits on time", "按时探访"),
    "enrolled": ("elders enrolled", "参加服务的老人"),
    "diners": ("diners", "用餐老人"),
    "volunteers": ("volunteers", "志愿者"),
    "meals": ("meals", "餐数"),
    "cost_fen": ("running cost", "运营成本"),
    "public_fen": ("public money", "公共支出"),
    "own_fen": ("elders' own money", "老人自付"),
    "unpaid_fen": ("cost that stayed unpaid", "未付清的成本"),
    "added_public_fen": ("added public money", "新增公共支出"),
    "added_own_fen": ("added own money of elders", "新增老人自付"),
    "paid_government_fen": ("paid by government", "政府实付"),
    "paid_collective_fen": ("paid by the collective", "村集体实付"),
    "paid_families_fen": ("paid by families", "家庭实付"),
    "paid_society_fen": ("paid by society", "社会实付"),
    "business_income_fen": ("paid by the business", "产业实付"),
    "cash_fen": ("cash", "现金"),
    "payables_fen": ("unpaid bills", "未付账单"),
    "pledged_fen": ("pledged", "承诺"),
    "public_capital_fen": ("public building money", "公共建设资金"),
    "public_care_fen": ("public care money", "公共照护资金"),
    "need_minutes": ("need", "需要"),
    "eligible_minutes": ("eligible need", "应助"),
    "family_minutes": ("care by families", "家庭照料"),
    "mutual_minutes": ("mutual aid", "互助"),
    "professional_minutes": ("paid care", "专业服务"),
    "unmet_minutes": ("unmet need", "未满足"),
    "credits_minutes": ("credits held", "持有积分"),
    "credits_issued_minutes": ("credits issued", "发放积分"),
    "credits_spent_minutes": ("credits spent", "兑付积分"),
    "credits_lapsed_minutes": ("credits lapsed", "失效积分"),
    "redeem_asked_minutes": ("asked for with credits", "以积分求助"),
    "redeem_got_minutes": ("got for credits", "以积分得到"),
    "business_offered": ("business offered", "获得产业机会"),
    "business_taken": ("business taken", "承接产业"),
    "east_km": ("km east", "东向公里"),
    "north_km": ("km north", "北向公里"),
    "villages": ("villages", "村数"),
    "viable_villages": ("villages viable", "可持续的村数"),
    "error": ("error", "错误"),
}
FLAGS = ("open_end", "business_offered", "business_taken")
MONEY, TIME = "_fen", "_minutes"  # how columns of money and of time end


def heading(name: str) -> str:
    """A column of a stored table as readers see it, with its unit."""
    plain = name.removesuffix(MONEY).removesuffix(TIME)
    unit = {MONEY: ("yuan", "元"), TIME: ("hours", "小时")}.get(name.removeprefix(plain))
    text = tell(*HEADS[name]) if name in HEADS else _made(plain)
    return text if unit is None else tell(f"{text}, {unit[0]}", f"{text}（{unit[1]}）")


def _made(name: str) -> str:
    """Of a name that follows a pattern: who met which need, a class at the end of a year."""
    head, _, rest = name.partition("_")
    if head in MET and rest in KINDS:
        return tell(f"{words(rest)}: {words(head)}", f"{words(rest)}：{words(head)}")
    if head == "judged":
        return tell(f"class at the end of {rest}", f"{rest} 年末类别")
    return words(name)


def arm_words(arm: str) -> str:
    """An arm for readers: the main one, or the rerun without a condition."""
    what, _, condition = arm.partition(":")
    if what == "relief":
        return tell(f"rerun without the condition {words(condition)}", f"重算：解除条件“{words(condition)}”")
    return tell("main", "主运行") if arm == "main" else words(arm)


def _level(parameters: Parameters) -> Mapping[int, str]:
    """Step of the service in words; without a station, 0."""
    former = (("visits only", "仅探访"), ("reduced meals", "减餐"), ("full service", "完整服务"))
    steps = [one.label for one in SERVICE[2:]] if parameters.plan.on else [tell(*text) for text in former]
    return {0: tell("none", "无"), **dict(enumerate(steps, 1))}


def _shown(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Columns of one scenario with words for codes, yuan for fen, hours for minutes; names beside numbers."""
    first = pd.Period(parameters.horizon.start, "M")
    months = {
        number: str(first + number)
        for name in ("month", "closed")
        if name in rows
        for number in set(rows[name])
        if number != NEVER
    }
    level, facility = _level(parameters), {code: tell(*text) for code, text in enumerate(FACILITY)}
    flag = {True: tell("yes", "是"), False: tell("no", "否")}
    made: dict[str, Callable[[pd.Series], Any]] = {
        "scenario": lambda column: column.astype(str).map(words),
        "arm": lambda column: column.astype(str).map(arm_words),
        "replicate": lambda column: column + 1,
        "month": lambda column: column.map(months),
        **dict.fromkeys(("kind", "strength", "judged"), lambda column: column.astype(str).map(words)),
        **dict.fromkeys(FLAGS, lambda column: column.astype(bool).map(flag)),
        **dict.fromkeys(("level", "level_end"), lambda column: column.map(level)),
        **dict.fromkeys(("facility", "facility_end"), lambda column: column.map(facility)),
    }
    found = {name: made[name](rows[name]) if name in made else _number(name, rows[name]) for name in rows}
    if "village" in rows and are_named(parameters):
        names = village_names(parameters)
        found["name"] = rows["village"].map(lambda number: names[number].name)
        found["code"] = rows["village"].map(lambda number: names[number].code)
    if {"closures", "closed"} <= set(rows):  # not those before the start
        found["closed_month"] = (
            rows["closed"].where((rows["closures"] > 0) & (rows["closed"] >= 0)).map(months)
        )
    return pd.DataFrame(found, index=rows.index)


def _number(name: str, column: pd.Series) -> pd.Series:
    """Yuan with two digits, hours with one; a class of a year in words; all else as it is."""
    if name.startswith("judged_"):
        return column.map(dict(enumerate(map(words, FUNNEL))))
    if measured(name):
        return (column / 100).round(2) if name.endswith(MONEY) else (column / 60).round(1)
    return column.round(3) if pd.api.types.is_float_dtype(column) else column


def in_units(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns of money in yuan and of time in hours."""
    return rows.assign(**{str(name): _number(str(name), rows[name]) for name in rows if measured(str(name))})


def measured(name: str) -> bool:
    """Whether a column is of money or of time."""
    return name.endswith((MONEY, TIME))


def table(rows: pd.DataFrame, given: Mapping[str, Parameters], order: Iterable[str]) -> pd.DataFrame:
    """Columns of `order` that `rows` have or that are made of theirs, under headings.

    `given`: scenario -> its parameters; a table of villages names those of its own scenarios.
    """
    rows = _derived(rows)
    wanted = ["name", "code", "closed_month", *order]
    kept = [*(name for name in rows if name in {*wanted, "closures", "closed"})]
    parts = [
        _shown(mine, given[str(scenario)])
        for scenario, mine in rows[kept].groupby("scenario", sort=False, observed=True)
    ]
    shown = pd.concat(parts).reindex(rows.index) if parts else rows[kept]
    columns = [name for name in dict.fromkeys(order) if name in shown]
    return neutral_frame(shown[columns].rename(columns=heading))


def _derived(rows: pd.DataFrame) -> pd.DataFrame:
    """Years of months, and why a village is not viable."""
    months = {"open_years": "open_months", "table_years": "table_months", "elder_years": "elder_months"}
    made: dict[str, Any] = {new: rows[old] / YEAR for new, old in months.items() if old in rows}
    if {"cause", "solvent", "hours_met", "visits_met"} <= set(rows):
        fates = statistics.judged(rows)[list(statistics.Fate._fields)]
        said = {
            key: ""
            if key[0] == "viable"
            else tell("; ", "；").join(map(words, statistics.reasons(statistics.Fate(*key))))
            for key in set(fates.itertuples(index=False, name=None))
        }
        made["reasons"] = [said[key] for key in fates.itertuples(index=False, name=None)]
    return rows.assign(**made)


def in_order(there: Iterable[str]) -> list[str]:
    """Columns in the order of reading; classes by year, kinds of need and own parts last."""
    own = {name for kind in ("state", "flow", "posting") for name in own_folders.DECLARED.by[kind]}
    there = list(there)
    by_year = sorted(name for name in there if name.startswith("judged_"))
    by_need = [f"{who}_{kind}{TIME}" for kind in KINDS for who in MET]
    return [*HEADS, *by_year, *by_need, *(name for name in there if name in own)]

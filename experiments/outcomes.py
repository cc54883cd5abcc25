"""The one registry of outcomes: what an experiment reads off its runs, one number a run and cell.

An outcome is a ratio of sums over villages, weighted to prevalence. The rows are the village table of the
runner. A cell is all villages, those of one strength of the collective (weak, middle, rich) or of one kind
(plain, scenic, craft, near_town).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.engine import own_folders
from sim.funnel import FUNNEL
from sim.state.codes import PAYERS, STRENGTHS, VILLAGE_KINDS
from sim.state.parameters import Parameters

from . import statistics
from .command.settings import Mistake

ALL = "all"
CELLS = (ALL, *STRENGTHS, *VILLAGE_KINDS)
HERE = "experiments/outcomes.py"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A ratio of two columns of `columns`, times `scale`; `empty` where there is nothing to divide by.

    `better` is +1 where more is better, -1 where less is, 0 where neither. `key` names its column in
    summary.csv of experiments that compare arms with a baseline; `short`, `unit` and `digits` are for their
    tables, where a share is written in percent.
    """

    label: str
    chinese: str
    above: str
    below: str = "one"
    scale: float = 1.0
    empty: float = 0.0
    share: bool = True  # lies in [0, 1]
    better: int = 0
    key: str = ""
    short: str = ""
    short_chinese: str = ""
    unit: str = "%"
    digits: int = 1

    @property
    def brief(self) -> str:
        """The label in a narrow table."""
        return self.short or self.label

    def translations(self) -> dict[str, str]:
        """English text of its labels -> Chinese."""
        return {self.label: self.chinese} | ({self.short: self.short_chinese} if self.short else {})


def register(found: Iterable[tuple[str, Outcome]]) -> dict[str, Outcome]:
    """Outcomes by name; Mistake names the line to write where a declaration lacks something."""
    registry: dict[str, Outcome] = {}
    for name, outcome in found:
        if name in registry:
            raise Mistake(f"{HERE}: outcome {name!r} is declared twice: give one of them another name")
        for english, chinese in outcome.translations().items():
            if not chinese:
                word = "chinese" if english == outcome.label else "short_chinese"
                raise Mistake(
                    f"{HERE}: outcome {name!r} has no Chinese name for {english!r}: write "
                    f'{word}="..." in its declaration'
                )
        if outcome.better not in (-1, 0, 1):
            raise Mistake(
                f"{HERE}: outcome {name!r} does not say which way is better: write better=1 (more), "
                f"better=-1 (less) or better=0 (neither)"
            )
        registry[name] = outcome
    return registry


def own_outcomes() -> Iterator[tuple[str, Outcome]]:
    """Those that parts of a researcher's own folder declare; without a Chinese name they keep the other."""
    for name, content in own_folders.DECLARED.by["outcome"].items():
        file = own_folders.DECLARED.file["outcome", name]
        try:
            yield name, Outcome(**{"chinese": content["label"], **content})
        except TypeError as error:
            said = str(error).partition(" ")[2]
            raise Mistake(f"{file}: outcome {name!r}: {said}") from error


# fmt: off
OUTCOMES = register([
    ("viable", Outcome(
        label="villages viable at the end", chinese="期末可持续的村", above="viable", better=1,
        key="viable", short="villages viable", short_chinese="可持续的村",
    )),
    ("closed", Outcome(
        label="villages that closed at least once", chinese="曾关闭的村", above="closed_once", better=-1,
    )),
    ("unmet", Outcome(
        label="eligible hours that stay unmet", chinese="未满足的应助时数",
        above="eligible_unmet", below="eligible_minutes", better=-1,
    )),
    ("public", Outcome(
        label="public yuan per elder-year helped", chinese="每受助老人年公共支出（元）",
        above="public_fen", below="elder_years_helped", scale=0.01, share=False, better=-1,
        key="cost", short="public cost", short_chinese="公共支出",
        unit="yuan per elder-year helped", digits=0,
    )),
    ("redeemed", Outcome(
        label="hours asked for with credit that were served", chinese="积分求助中得到服务的时数",
        above="redeem_asked_got", below="redeem_asked_minutes", empty=1.0, better=1,
    )),
    ("in_service", Outcome(  # by its open station
        label="villages in service at the end", chinese="期末在服务的村", above="serving", better=1,
    )),
    ("idle", Outcome(
        label="standing facilities without service at the end", chinese="期末有设施而无服务的比例",
        above="idle_now", below="standing", better=-1,
    )),
    ("facility", Outcome(
        label="villages with a facility at the end", chinese="期末有设施的村", above="standing", better=1,
    )),
    ("volunteers", Outcome(
        label="active volunteers per 100 elders", chinese="每百位老人的活跃志愿者",
        above="volunteer_months", below="elder_months", scale=100.0, share=False, better=1,
    )),
    ("coverage", Outcome(
        label="elders enrolled", chinese="参加服务的老人",
        above="enrolled_months", below="elder_months", better=1,
    )),
    ("hours", Outcome(
        label="hours a volunteer gives a month", chinese="志愿者每月服务时数",
        above="mutual_minutes", below="volunteer_months", scale=1 / 60, share=False,
    )),
    ("paid", Outcome(
        label="yuan paid in per resident elder and year", chinese="每位常住老人每年到账资金（元）",
        above="paid_fen", below="elder_months", scale=0.12, share=False,
    )),
    ("full_cost", Outcome(
        label="cost with unpaid hours at the shadow wage, yuan per elder-year helped",
        chinese="含无偿时数影子工资的成本（元/受助老人年）",
        above="full_cost_fen", below="elder_years_helped", scale=0.01, share=False, better=-1,
    )),
    ("at_work", Outcome(
        label="villages whose business is at work at the end",
        chinese="期末产业在运行的村", above="at_work", better=1,
    )),
    ("offered", Outcome(
        label="villages offered a business that they have something for",
        chinese="获得适合本村产业机会的村", above="business_offered",
    )),
    ("taken", Outcome(
        label="villages that took the business on offer", chinese="承接产业的村", above="business_taken",
    )),
    ("earning", Outcome(
        label="businesses that earn three years after they were taken",
        chinese="承接三年后仍在经营的产业", above="business_earning_3", below="business_aged_3", better=1,
    )),
    ("income", Outcome(
        label="business yuan for care per resident elder and year",
        chinese="产业用于养老的资金（元/常住老人·年）",
        above="business_income_fen", below="elder_months", scale=0.12, share=False, better=1,
    )),
    ("facility_2030", Outcome(
        label="villages with a facility in December 2030", chinese="2030 年 12 月有设施的村",
        above="standing_2030", better=1,
    )),
    ("function_2030", Outcome(
        label="facilities with the function in December 2030", chinese="2030 年 12 月发挥功能的设施",
        above="serving_2030", below="standing_2030", better=1,
    )),
    ("hoard", Outcome(
        label="credits outstanding over a year's giving", chinese="未兑付积分与一年付出之比",
        above="credits_minutes", below="last_year_minutes", share=False,
    )),
    ("supply_first", Outcome(
        label="hours on offer over hours eligible, first two years", chinese="头两年供给与应助时数之比",
        above="offered_first", below="eligible_first", share=False, better=1,
    )),
    ("supply_last", Outcome(
        label="hours on offer over hours eligible, last two years", chinese="最后两年供给与应助时数之比",
        above="offered_last", below="eligible_last", share=False, better=1,
    )),
    ("open", Outcome(  # the same, in percent where arms are compared with a baseline
        label="villages in service at the end", chinese="期末在服务的村", above="open", better=1, key="open",
    )),
    ("not_mutual", Outcome(  # whoever else met them
        label="eligible hours without mutual aid", chinese="未获互助的应助时数",
        above="short_minutes", below="eligible_minutes", better=-1, key="unmet",
    )),
    ("visits", Outcome(
        label="visits made of those due", chinese="应做探访的完成率",
        above="visits_made", below="visits_due", empty=1.0, better=1, key="visits",
    )),
    ("loneliness", Outcome(
        label="loneliness", chinese="孤独感", above="loneliness_sum", below="elder_months", better=-1,
        key="loneliness", unit="% of full", digits=2,
    )),
    ("service_years", Outcome(  # by its open station
        label="years with an open station, a village", chinese="每村站点开放年数",
        above="open_years", share=False, better=1,
    )),
    ("table_years", Outcome(
        label="years with an open station and meals, a village", chinese="每村站点开放且供餐年数",
        above="table_years", share=False, better=1,
    )),
    ("served_years", Outcome(
        label="elder-years served, a village", chinese="每村受服务老人年",
        above="served_years", share=False, better=1,
    )),
    ("added", Outcome(  # over the same county and luck without station, rooms and their money
        label="added elder-years, a village", chinese="每村新增受服务老人年", above="added_served_years",
        share=False, better=1, key="added", short="added elder-years", short_chinese="新增老人年",
        unit="a village", digits=1,
    )),
    ("public_added", Outcome(
        label="public yuan per added elder-year", chinese="每新增老人年公共支出（元）",
        above="added_public_fen", below="added_years", scale=0.01, share=False, better=-1,
        key="public_added", short="public yuan", short_chinese="公共支出（元）",
        unit="yuan per added elder-year", digits=0,
    )),
    ("own_added", Outcome(
        label="elders' own yuan per added elder-year", chinese="每新增老人年老人自付（元）",
        above="added_own_fen", below="added_years", scale=0.01, share=False, better=-1,
    )),
    ("station_opened", Outcome(
        label="villages whose station opened", chinese="站点开办过的村", above="station_opened", better=1,
    )),
    ("station_old", Outcome(
        label="villages whose station opened three years before the end",
        chinese="期末三年前已开办站点的村", above="station_old", better=1,
    )),
    ("station_closures", Outcome(
        label="closures per station-year", chinese="每站点年关闭次数",
        above="station_closures", below="open_years", share=False, better=-1,
    )),
    ("lasting", Outcome(
        label="villages whose station lasts", chinese="站点持续开放的村", above="lasting", better=1,
    )),
    ("paying", Outcome(
        label="villages whose station lasts and pays", chinese="站点持续且付得起的村",
        above="paying", better=1,
    )),
    ("station_viable", Outcome(
        label="villages whose station lasts, pays and serves", chinese="站点持续、付得起且服务到位的村",
        above="station_viable", better=1,
    )),
    ("viable_meals", Outcome(
        label="villages whose station lasts, pays and serves with meals",
        chinese="站点持续、付得起、服务到位并供餐的村", above="viable_meals", better=1,
    )),
    ("on_time", Outcome(
        label="visits on time of those due", chinese="按时探访占应做探访之比",
        above="visits_on_time", below="visits_due", empty=1.0, better=1,
    )),
    ("unpaid", Outcome(
        label="cost that stayed unpaid", chinese="未付清的成本", above="unpaid_fen", below="cost_fen",
        share=False, better=-1,
    )),
    ("public_served", Outcome(
        label="public yuan per elder-year served", chinese="每受服务老人年公共支出（元，按服务量）",
        above="public_fen", below="served_divisor", scale=0.01, share=False, better=-1,
    )),
    ("own_served", Outcome(
        label="elders' own yuan per elder-year served", chinese="每受服务老人年老人自付（元）",
        above="own_fen", below="served_divisor", scale=0.01, share=False, better=-1,
    )),
    ("informal", Outcome(
        label="hours of need that families give", chinese="家庭照料占需要时数之比",
        above="family_minutes", below="need_minutes",
    )),
    ("formal", Outcome(
        label="hours of need that paid and public carers give", chinese="有偿与公共照料占需要时数之比",
        above="professional_minutes", below="need_minutes",
    )),
    ("government", Outcome(
        label="yuan that government pays in per resident elder and year",
        chinese="政府到账资金（元/常住老人·年）",
        above="paid_government_fen", below="elder_months", scale=0.12, share=False,
    )),
    ("public_elder", Outcome(
        label="public yuan per resident elder and year", chinese="公共支出（元/常住老人·年）",
        above="public_fen", below="elder_months", scale=0.12, share=False, better=-1,
    )),
    *own_outcomes(),
])
# fmt: on
RANKED = "added"  # what arms are ranked by; table-years stand beside
HEADLINE = ("added", "table_years", "viable", "unmet", "public_added", "own_added")
# what a run of its own tells, without the reference that added elder-years are counted against
MEASURED = ("served_years", "table_years", "viable", "unmet", "public")
# those of its own that move by small steps: of yes or no a village, differences of two runs are mostly chance
OWN = tuple(own_folders.DECLARED.by["outcome"])
CONTINUOUS = ("served_years", "table_years", "service_years", "unmet", "public", *OWN)
STEPS = ("station_opened", "station_old", "lasting", "paying", "station_viable", "viable_meals")  # the funnel
LASTING = ("station_closures", "unpaid", "on_time")  # beside the funnel
ONLY_AGAINST_BASELINE = ("open", "not_mutual", "visits", "loneliness")
BY_STATION = (
    "service_years",
    "table_years",
    "served_years",
    "added",
    "public_added",
    "own_added",
    "station_opened",
    "station_old",
    "station_closures",
    "lasting",
    "paying",
    "station_viable",
    "viable_meals",
    "on_time",
    "unpaid",
    "public_served",
    "own_served",
)  # of a question that shows them; studies of before 0.3.0 lack their columns
BY_BUSINESS = ("offered", "taken", "earning")  # likewise
BY_CARE = ("informal", "formal", "government", "public_elder")  # of a question that shows them
COMPARED = tuple(
    name for name in OUTCOMES if name not in (*ONLY_AGAINST_BASELINE, *BY_STATION, *BY_BUSINESS, *BY_CARE)
)  # of a question, in this order
AGAINST_BASELINE = {  # column of summary.csv -> outcome, where arms are compared with a baseline
    OUTCOMES[name].key: OUTCOMES[name]
    for name in ("added", "viable", "open", "not_mutual", "visits", "loneliness", "public", "public_added")
}
DIVISORS = ("elder_years_helped", "served_divisor", "added_years")  # elder-years that money is divided by
LEAST_YEARS = 1.0  # elder-years below which public cost stands over one: cost is not infinite


def translations() -> dict[str, str]:
    """English label of every outcome -> Chinese."""
    return {text: pair for outcome in OUTCOMES.values() for text, pair in outcome.translations().items()}


def columns(rows: pd.DataFrame, parameters: Parameters | None, wanted: Iterable[Outcome]) -> pd.DataFrame:
    """The columns that `wanted` outcomes are made of, one row a village, times `weight` of the village."""
    made: dict[str, Callable[[], Any]] = {
        "one": lambda: 1.0,
        "viable": lambda: statistics.viable(rows),
        "open": lambda: in_service(rows),
        "short_minutes": lambda: rows["eligible_minutes"] - rows["mutual_minutes"],
        "closed_once": lambda: rows["closures"] > 0,
        "eligible_unmet": lambda: rows["eligible_unmet_minutes"],
        "serving": lambda: in_service(rows),
        "standing": lambda: rows["facility_end"] == 2,
        "idle_now": lambda: (rows["facility_end"] == 2) & ~in_service(rows),
        "at_work": lambda: rows["plus"] > 0,
        "standing_2030": lambda: rows["facility_2030"] == 2,
        "serving_2030": lambda: (rows["facility_2030"] == 2) & in_service(rows, "2030"),
        "redeem_asked_got": lambda: rows["redeem_got_minutes"],
        "paid_fen": lambda: rows[[f"paid_{payer}_fen" for payer in PAYERS]].sum(axis=1),
        "full_cost_fen": lambda: _full_cost(rows, parameters),
        "served_divisor": lambda: rows["served_years"],
        "added_years": lambda: rows["added_served_years"],
        "open_years": lambda: rows["open_months"] / 12,
        "table_years": lambda: rows["table_months"] / 12,
        "station_opened": lambda: rows["station_class"].isin(FUNNEL[1:]),
        "station_old": lambda: rows["station_class"].isin(FUNNEL[2:]),
        "lasting": lambda: rows["station_class"].isin(FUNNEL[3:]),
        "paying": lambda: rows["station_class"].isin(FUNNEL[4:]),
        "station_viable": lambda: rows["station_class"] == FUNNEL[5],
    }
    used = sorted({column for outcome in wanted for column in (outcome.above, outcome.below)})
    found = rows.assign(**{column: made[column]() for column in used if column in made})
    return found[used].astype(float).mul(rows["weight"], axis=0)


def in_service(rows: pd.DataFrame, when: str = "end") -> pd.Series:
    """Villages with an open station: without one a village is not in service, whatever its neighbours do.

    Read off the former ladder in studies that lack the column.
    """
    opened = f"open_{when}"
    return rows[opened].astype(bool) if opened in rows else rows[f"level_{when}"] > 0


def _full_cost(rows: pd.DataFrame, parameters: Parameters | None) -> pd.Series:
    """Cost in fen with unpaid hours at the shadow wage of `parameters`."""
    assert parameters is not None
    return rows["cost_fen"] + rows["mutual_minutes"] / 60 * 100 * parameters.economy.shadow_wage


def table(
    rows: pd.DataFrame, parameters: Parameters, cells: tuple[str, ...] = (ALL,), more: Iterable[str] = ()
) -> pd.DataFrame:
    """One row a (scenario, replicate, cell) with every outcome of `COMPARED` and those of `more`.

    Finite everywhere; a cell without villages has no row.
    """
    names = list(dict.fromkeys((*COMPARED, *more)))
    rows, found = statistics.with_weights(rows, parameters), []
    for cell in cells:
        there = slice(None) if cell == ALL else (rows["kind"] == cell) | (rows["strength"] == cell)
        out = by_run(rows.loc[there], names, parameters)
        found.append(out.assign(cell=cell).set_index("cell", append=True))
    return pd.concat(found)


def by_run(
    rows: pd.DataFrame, names: Iterable[str], parameters: Parameters | None = None, pooled: bool = False
) -> pd.DataFrame:
    """(scenario, replicate) x outcome of rows that have their weights; over all replicates where `pooled`."""
    wanted = {name: OUTCOMES[name] for name in names}
    keys = ["scenario"] if pooled else ["scenario", "replicate"]
    made = rows[keys].join(columns(rows, parameters, wanted.values()))
    sums = made.groupby(keys, sort=False, observed=True).sum()
    for years in set(DIVISORS) & set(sums):
        sums[years] = np.maximum(sums[years], LEAST_YEARS)
    out = pd.DataFrame(index=sums.index)
    for name, outcome in wanted.items():
        below, top = sums[outcome.below], outcome.scale * sums[outcome.above]
        out[name] = np.where(below > 0, top / below.where(below > 0, 1.0), outcome.empty)
    return out


def against_baseline(rows: pd.DataFrame) -> pd.DataFrame:
    """(scenario, replicate) x key of `AGAINST_BASELINE`; shares in percent; `rows` have their weights.

    Missing where there is nothing to divide by (no visits due, nobody helped).
    """
    made = rows[["scenario", "replicate"]].join(columns(rows, None, AGAINST_BASELINE.values()))
    sums = made.groupby(["scenario", "replicate"], sort=False).sum()
    found = {}
    for key, outcome in AGAINST_BASELINE.items():
        scale = 100.0 * outcome.scale if outcome.share else outcome.scale
        found[key] = scale * sums[outcome.above] / sums[outcome.below].where(sums[outcome.below] > 0)
    return pd.DataFrame(found)

"""The "mutual assistance +" paper: its claims as paired differences, with a business or lever and without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import sim
from sim.state.codes import CRAFT, ELDER, LEAST_DAYS, RICH, WEAK
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..paired import mean_error, sign

PLACES: dict[str, dict[str, Any]] = {
    "tourism": {"county.share_scenic": 1.0},
    "agriculture": {"county.share_near_town": 1.0},
    "handicraft": {"county.share_craft": 1.0},
}
NAMES = {
    "tourism": ("tourism", "旅游"),
    "agriculture": ("agriculture", "农业"),
    "handicraft": ("handicraft", "手工艺"),
}
BY_WORD: dict[str, Mapping[str, Any]] = {
    "tourism": {"tourism.word_of_mouth": 0.0},
    "handicraft": {"handicraft.word_of_mouth": 0.0, "handicraft.online": 0.0},
}
YUAN, HOUR, YEAR = 100.0, 60.0, 12

Runs = dict[str, np.ndarray]


def measured(parameters: Parameters, seed: int) -> dict[str, Any]:
    """What a county shows in its ten years, a village and year where nothing else is said."""
    model = sim.MutualAidModel(parameters, seed=seed)
    model.run()
    series: Any = model.series
    people: Any = model.people
    elders = people.kind == ELDER
    months, villages = series.flow.shape
    each = villages * months / YEAR

    def yuan(name: str) -> float:
        return float(series.amount(name).sum()) / YUAN / each

    served = series.flow["served_persons"].sum()
    unpaid = series.flow["time_aid"].sum() / HOUR * parameters.economy.shadow_wage
    return {
        "care_share": yuan("care_share"),
        "earned": float(people.trade_income[elders].mean()) / YUAN,
        "paid": float(people.trade_income[elders].sum()) / YUAN / villages,
        "leases": yuan("leases"),
        "food": float(series.amount("cost_food").sum()) / YUAN / max(series.flow["meals"].sum(), 1),
        "crafts": float(((people.skills & CRAFT) > 0).sum()) / villages,
        "returned": float(series.flow["returned"].sum()) / each,
        "visitors": float(series.state["visitors"][-YEAR:].sum()) / villages,
        "open": float((series.state["door"] >= LEAST_DAYS).mean()),
        "served": float(served) / YEAR / each,
        "signed_up": float(series.state["signed_up"].sum() / series.state["elders"].sum()),
        "cost": float((series.flow["cost"].sum() / YUAN + unpaid) / max(served, 1.0)),
        "burden": burden(series, WEAK) - burden(series, RICH),
    }


def burden(series: Any, strength: int) -> float:
    """Share of its income that a collective of this strength gives to the service."""
    here = series.state["strength"][0] == strength
    income = series.state["income"][:, here].sum() / YEAR
    return float(series.amount("paid_collective")[:, here].sum() / income) if income > 0 else float("nan")


def runs_of(parameters: Parameters, seeds: range, changes: Mapping[str, Any]) -> Runs:
    """Every measure by run."""
    each = [measured(parameters.replace(dict(changes)), seed) for seed in seeds]
    return {name: np.array([run[name] for run in each]) for name in each[0]}


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """The dilemmas of section 3 and what section 4 promises; what each business pays as the picture."""
    seeds = range(seed, seed + int(published.setting["runs"]))
    claims, cares = dilemmas(parameters, seeds), []
    for business, place in PLACES.items():
        there = parameters.replace(place)
        without = runs_of(there, seeds, {"business.kind": "none"})
        offered = runs_of(there, seeds, {"business.kind": business})
        claims += common(business, offered, without)
        claims += OWN[business](offered, without)
        if business in BY_WORD:
            silent = runs_of(there, seeds, {"business.kind": business, **BY_WORD[business]})
            claims.append(
                claim(
                    business,
                    "visitors of the last year by word of mouth, against none told",
                    "末年因口碑而来的访客（与无口碑相比）",
                    offered["visitors"] - silent["visitors"],
                )
            )
        cares.append([offered["care_share"] / YEAR, offered["paid"]])  # nothing of either without
    return Reproduction(
        claims,
        picture(cares),
        ("business of the county's villages", "县内各村的产业"),
        ("yuan a village and month", "元/村·月"),
        discrete=True,
        ticks=list(NAMES.values()),
    )


def claim(business: str, english: str, chinese: str, differences: np.ndarray) -> Claim:
    """A sign under the name of its business."""
    name, said = NAMES[business]
    return sign(f"{name}: {english}", f"{said}：{chinese}", differences)


def common(business: str, offered: Runs, without: Runs) -> list[Claim]:
    """What the paper says of all three."""
    more = {name: offered[name] - without[name] for name in offered}
    return [
        claim(
            business,
            "funds for care, yuan a village and year (built in: a share of profit; not that there is profit)",
            "用于养老的资金，元/村·年（设定：利润的一部分；有无利润并非设定）",
            more["care_share"],
        ),
        claim(
            business,
            "funds relieve the service: share of months with an open station",
            "资金缓解服务困难：站点开放月份的比例",
            more["open"],
        ),
        claim(
            business,
            "material security of care: elder-years served, a village and year",
            "养老的物质保障：每村每年服务的人年数",
            more["served"],
        ),
        claim(
            business,
            "elders' own earnings, yuan a month and elder (built in: work is paid)",
            "老人自己的收入，元/人·月（设定：劳动有报酬）",
            more["earned"],
        ),
        claim(
            business,
            "younger people who return, a village and year (built in: some do while wages are paid)",
            "返乡的较年轻者，人/村·年（设定：有工资时部分人返乡）",
            more["returned"],
        ),
    ]


def farming(offered: Runs, without: Runs) -> list[Claim]:
    """Land and gardens (4.2)."""
    return [
        claim(
            "agriculture",
            "rent of land leased from elders, yuan a village and year (built in: leases pay)",
            "老人出租土地的租金，元/村·年（设定：租地付租）",
            offered["leases"] - without["leases"],
        ),
        claim(
            "agriculture",
            "shared gardens: food bought for a meal costs less, yuan (built in: the garden saves a share)",
            "共享菜园：每餐购买食材的费用下降，元（设定：菜园节省一部分）",
            without["food"] - offered["food"],
        ),
    ]


def craft(offered: Runs, without: Runs) -> list[Claim]:
    """A skill that dies unless it is handed on (4.3)."""
    return [
        claim(
            "handicraft",
            "craft handed on: persons in a village who have it after ten years",
            "技艺传承：十年后每村掌握技艺的人数",
            offered["crafts"] - without["crafts"],
        )
    ]


def nothing_more(offered: Runs, without: Runs) -> list[Claim]:
    """Tourism has no claim that the others have not."""
    return []


OWN = {"tourism": nothing_more, "agriculture": farming, "handicraft": craft}


def dilemmas(parameters: Parameters, seeds: range) -> list[Claim]:
    """Section 3: old ideas, weak collectives, few social organisations; section 4: cost beside a bed."""
    base = runs_of(parameters, seeds, {"business.kind": "none"})
    few = runs_of(parameters, seeds, {"acceptance.norm": 0.57})
    many = runs_of(parameters, seeds, {"acceptance.norm": 0.80})
    alone = runs_of(parameters, seeds, {"society.on": False})
    partners = runs_of(parameters, seeds, {"society.partners": 1.0})
    burdens = base["burden"][np.isfinite(base["burden"])]
    return [
        sign(
            "old ideas: share of elders enrolled where the norm of family care is weak, less where it is "
            "strong (built in: the norm holds acceptance down)",
            "观念冲突：家庭养老规范弱处与强处登记老人比例之差（设定：规范抑制接受）",
            few["signed_up"] - many["signed_up"],
        ),
        sign(
            "lack of funds: share of its income that a weak collective gives to the service, less that of a "
            "rich one",
            "资金不足：薄弱集体用于服务的支出占其收入之比减去富裕集体的该比",
            burdens,
        ),
        sign(
            "social organisations bring money: elder-years served, a village and year, with their gifts",
            "社会组织带来资金：有其捐助时每村每年服务的人年数增加",
            base["served"] - alone["served"],
        ),
        sign(
            "social organisations bring skills and insurance: elder-years served, a village and year, with a "
            "partner in each village",
            "社会组织带来技能与保险：每村有合作机构时服务的人年数增加",
            partners["served"] - base["served"],
        ),
        sign(
            "cost below an institution's: price of a bed less full cost of an elder served, yuan a month "
            "(a bed with care against table and visits: not like for like)",
            "费用低于机构：机构床位价格减去每位受服务老人的全部成本，元/月（护理床位与用餐、探访并非同类）",
            parameters.referral.bed_price - base["cost"],
        ),
    ]


def picture(paid: list[list[np.ndarray]]) -> list[Line]:
    """Funds for care and what elders are paid in the end, by business."""
    lines = []
    for at, (english, chinese) in enumerate(
        (
            ("for the care of the old", "用于养老"),
            ("for elders: wages, rent, dividends", "付给老人：工资、地租、分红"),
        )
    ):
        found, errors = zip(*(mean_error(business[at]) for business in paid), strict=True)
        lines.append(Line(english, chinese, [1, 2, 3], [], list(found), list(errors)))
    return lines

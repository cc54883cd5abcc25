"""Break-even of one village by hand: the arithmetic of docs/break_even.md, from declared defaults and no
model code.

Money is in constant yuan of January 2025. What no parameter holds is written here once and is an assumption
of the example.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.start.tables import age_shares
from sim.state.parameters import Parameters

DINERS = 25  # regular diners (12-35 in eleven cases)
HOME, VOLUNTEERS = 0.10, 0.10  # diners served at home; volunteers over elders (pattern C13: 3-14 %)
INCOMES = {
    "weak": 4_000.0,
    "middle": 85_000.0,
    "rich": 450_000.0,
}  # middle of each band of the 2023 table, rounded
COUNTS = (8, 15, 20, 25, 30, 35, 40)
LEVELS = (1.0, 1.25, 1.5, 2.0)
LATER = 10  # years to the second column of the table
BUSINESSES = ("tourism", "agriculture", "handicraft")


@dataclass(frozen=True)
class Village:
    """One village of mean size in one month; `years` after January 2025, `level` of prices over the list."""

    p: Parameters
    diners: int = DINERS
    years: int = 0
    level: float = 1.0
    income: float = INCOMES["middle"]

    @property
    def wage(self) -> float:
        """Real wages over January 2025."""
        return float((1 + self.p.economy.real_wages) ** self.years)

    @property
    def deflator(self) -> float:
        """Constant yuan in one nominal yuan."""
        return float(1 / (1 + self.p.economy.inflation) ** self.years)

    @property
    def volunteers(self) -> int:
        """Active volunteers."""
        return round(self.p.county.elders * VOLUNTEERS)

    @property
    def meals(self) -> float:
        """Meals a month."""
        return self.diners * self.p.canteen.meals_per_day * self.p.canteen.days

    @property
    def price(self) -> float:
        """Mean price of a meal over the ages of elders."""
        f = self.p.families
        starts, shares = age_shares()
        bands = [
            float(shares[(starts >= a) & (starts < b)].sum()) for a, b in ((60, 70), (70, 80), (80, 120))
        ]
        mean = sum(x * y for x, y in zip(bands, (f.share_60s, f.share_70s, f.share_80s), strict=True))
        return f.full_meal_cost * (0.5 + 0.5 * self.wage) * mean * self.level

    @property
    def canteen(self) -> dict[str, float]:
        """The canteen's own lines, yuan a month."""
        c = self.p.canteen
        return {
            "food": self.meals * c.food,
            "fuel": self.meals * c.fuel,
            "cook": math.ceil(self.diners / c.diners_per_cook) * c.cook * self.wage,
            "delivery": c.delivery * min(HOME * self.diners / c.round_size, 1.0) * self.wage,
        }

    @property
    def station(self) -> dict[str, float]:
        """The station's lines, yuan a month."""
        o, f = self.p.organisation, self.p.facilities
        return {
            "keeper": o.coordinator * self.wage,
            "publicity": o.publicity,
            "insurance": self.volunteers * o.insurance / 12,
            "training": self.volunteers * self.p.participation.quit * o.training_cost / 12,
            "power": f.power,
            "repairs": f.repairs,
        }

    @property
    def cost(self) -> float:
        """Running cost, yuan a month."""
        return sum(self.canteen.values()) + sum(self.station.values())

    @property
    def fees(self) -> float:
        """Fees paid, yuan a month."""
        return self.meals * self.price * (1 - self.p.county.dibao) * (1 - self.p.families.arrears)

    def others(self, shared: bool = False) -> dict[str, float]:
        """What the other three pay at most, yuan a month.

        `shared`: county money divided among all villages.
        """
        g, c = self.p.government, self.p.collective
        year = g.ceiling
        if shared:
            year = min(year, g.operating_envelope * (1 + g.growth) ** self.years)
        return {
            "government": year * self.deflator / 12,
            "collective": self.income * (1 + c.growth) ** self.years * c.welfare_cap / 12,
            "society": self.p.society.ceiling / 12,
        }

    def gap(self, shared: bool = False) -> float:
        """What is missing a month with the others at their most; negative: left over."""
        return self.cost - self.fees - sum(self.others(shared).values())


def margin(v: Village) -> str:
    """What one diner leaves a month, beside what does not depend on diners, as a sentence."""
    fixed = v.canteen["cook"] + sum(v.station.values())
    left = (v.fees - sum(v.canteen.values()) + v.canteen["cook"]) / v.diners
    return (
        f"After food, fuel and delivery a diner at list prices leaves {yuan(left, 1)} yuan a month; "
        f"cook and station cost {yuan(fixed)}."
    )


def enough(p: Parameters, level: float, whole: bool) -> int | None:
    """Fewest diners within the seats whose fees cover the canteen's own lines (or the whole cost).

    None where none do.
    """
    for diners in range(1, int(min(p.canteen.seats, p.facilities.seats)) + 1):
        v = Village(p, diners, level=level)
        if v.fees >= (v.cost if whole else sum(v.canteen.values())):
            return diners
    return None


def demand(p: Parameters, price: float) -> float:
    """Uptake at a mean price over that at the reference price."""
    c = p.canteen
    return max(1 - c.elasticity * (price / c.reference_price - 1), 0.0)


def business(p: Parameters, kind: str) -> dict[str, float]:
    """Sales, cost, wages, rent, profit and share for care of a full normal year with a full endowment,
    yuan.
    """
    t, a, h = p.tourism, p.agriculture, p.handicraft
    if kind == "tourism":
        sales = t.visitors * t.spend
        cost, wages, rent = sales * t.variable + t.fixed, t.visitors * t.minutes_per_visit / 60 * t.wage, 0.0
    elif kind == "agriculture":
        mu = min(a.land, p.county.elders * p.county.land_mu * a.lease_share)
        sales, cost, wages, rent = mu * a.sales, mu * a.inputs + a.fixed, mu * a.hours * a.wage, mu * a.rent
    else:
        sales = h.places * 12 * h.sales * (1 + h.network + h.visits * h.guests / 1_000)
        cost, wages, rent = sales * h.materials + h.fixed, h.places * 12 * 60 * h.wage, 0.0
    profit = sales - cost - wages - rent
    return dict(
        setup=getattr(p, kind).setup,
        sales=sales,
        cost=cost,
        wages=wages,
        rent=rent,
        profit=profit,
        care=max(profit, 0.0) * p.business.care_share,
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers right-aligned where every cell below the head is one."""

    def numeric(k: int) -> bool:
        return all(r[k].replace(",", "").replace(".", "").replace("-", "").strip().isdigit() for r in rows)

    rule = ["---:" if numeric(k) else "---" for k in range(len(head))]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (head, rule, *rows)
    )


def yuan(x: float, digits: int = 0) -> str:
    """1,234."""
    return f"{round(x, digits) + 0.0:,.{digits}f}"


def lines() -> str:
    """Line by line: how each sum is made in 2025, and its value then and ten years on."""
    p = Parameters()
    now, then = Village(p), Village(p, years=LATER)
    c, o, g, k = p.canteen, p.organisation, p.government, p.collective
    how = {
        "food": f"{now.meals:g} meals x {c.food:g}",
        "fuel": f"{now.meals:g} meals x {c.fuel:g}",
        "cook": f"{math.ceil(DINERS / c.diners_per_cook)} cook x {c.cook:g}",
        "delivery": f"{c.delivery:g} x {HOME:g} x {DINERS} / {c.round_size:g}",
        "keeper": f"{o.coordinator:g}",
        "publicity": f"{o.publicity:g}",
        "insurance": f"{now.volunteers} volunteers x {o.insurance:g} / 12",
        "training": f"{now.volunteers} x {p.participation.quit:g} new a year x {o.training_cost:g} / 12",
        "power": f"{p.facilities.power:g}",
        "repairs": f"{p.facilities.repairs:g}",
    }
    rows = [
        [
            "meals",
            f"{DINERS} diners x {c.meals_per_day:g} a day x {c.days:g} days",
            yuan(now.meals),
            yuan(then.meals),
        ]
    ]
    costs = [now.canteen | now.station, then.canteen | then.station]
    rows += [[name, text, yuan(costs[0][name]), yuan(costs[1][name])] for name, text in how.items()]
    rows.append(["**cost**", "sum of food to repairs", yuan(now.cost), yuan(then.cost)])
    rows.append(
        [
            "mean price of a meal",
            f"{p.families.full_meal_cost:g} x list shares, weighted by age",
            yuan(now.price, 2),
            yuan(then.price, 2),
        ]
    )
    rows.append(
        [
            "fees at list",
            f"{now.meals:g} x {now.price:.4f} x (1 - {p.county.dibao:g}) x (1 - {p.families.arrears:g})",
            yuan(now.fees),
            yuan(then.fees),
        ]
    )
    text = {
        "government": f"{g.ceiling:g} / 12",
        "collective": f"{INCOMES['middle']:,.0f} x {k.welfare_cap:g} / 12",
        "society": f"{p.society.ceiling:g} / 12",
    }
    rows += [
        [f"{name} at most", word, yuan(now.others()[name]), yuan(then.others()[name])]
        for name, word in text.items()
    ]
    rows.append(
        ["**gap** (negative: left over)", "cost - fees - the three payers", yuan(now.gap()), yuan(then.gap())]
    )
    return table(["line", "how, 2025", "yuan a month, 2025", f"yuan a month, {2025 + LATER}"], rows)


def payers() -> str:
    """What the default rule asks of each payer, and what each can pay at most."""
    p = Parameters()
    v = Village(p)
    most = {
        "government": v.others()["government"],
        "collective": v.others()["collective"],
        "families": v.fees * p.families.highest_level,
        "society": v.others()["society"],
    }
    rows = []
    for name, top in most.items():
        share = getattr(p.funding, f"share_{name}")
        rows.append(
            [name, f"{100 * share:g}", yuan(share * v.cost), yuan(top), yuan(min(share * v.cost, top))]
        )
    paid = sum(min(getattr(p.funding, f"share_{name}") * v.cost, top) for name, top in most.items())
    rows.append(["**sum**", "100", yuan(v.cost), yuan(sum(most.values())), yuan(paid)])
    return table(["payer", "share, %", "asked, yuan a month", "at most, yuan a month", "the smaller"], rows)


def diners() -> str:
    """Cost, fees and gap by number of diners, all at list prices."""
    p = Parameters()
    rows = []
    for n in COUNTS:
        v = Village(p, n)
        own = sum(v.canteen.values())
        rows.append(
            [
                f"{n}",
                yuan(v.cost),
                yuan(v.cost / v.meals, 2),
                yuan(v.fees),
                yuan(own - v.fees),
                yuan(v.cost - v.fees),
                yuan(v.gap()),
            ]
        )
    head = [
        "diners",
        "cost a month",
        "cost a meal",
        "fees at list",
        "canteen's own gap",
        "gap before the others",
        "gap with the others at most (middle village)",
    ]
    return table(head, rows) + "\n\n" + margin(Village(p))


def prices() -> str:
    """Break-even number of diners by the level of prices over the list."""
    p = Parameters()
    rows = []
    for level in LEVELS:
        v, word = Village(p, level=level), lambda n: "none" if n is None else f"{n}"
        each = p.canteen.meals_per_day * p.canteen.days
        left = v.fees / DINERS - each * (p.canteen.food + p.canteen.fuel)
        rows.append(
            [
                f"{level:g}",
                yuan(v.price, 2),
                f"{100 * demand(p, v.price):.0f}",
                yuan(left, 1),
                word(enough(p, level, False)),
                word(enough(p, level, True)),
            ]
        )
    head = [
        "prices over the list",
        "mean price of a meal",
        "of those who would come at the reference price, %",
        "left of a diner's month after food and fuel",
        "diners that carry the canteen",
        "diners that carry the station too",
    ]
    return table(head, rows)


def gaps() -> str:
    """The year's gap by strength of the collective, and the profit that closes it through the care share."""
    p, rows = Parameters(), []
    for name, income in INCOMES.items():
        for shared in (False, True):
            v = Village(p, income=income)
            gap = 12 * v.gap(shared)
            from_ = "county money shared by all villages" if shared else "at its ceiling"
            rows.append(
                [
                    name,
                    from_,
                    *(yuan(12 * x) for x in (v.cost, v.fees, *v.others(shared).values())),
                    yuan(gap),
                    yuan(max(gap, 0) / p.business.care_share),
                ]
            )
    head = [
        "collective",
        "government",
        "cost",
        "fees at list",
        "government pays",
        "collective pays",
        "society gives",
        "gap",
        "profit needed",
    ]
    return table(head, rows)


def businesses() -> str:
    """A full normal year of each business and what of it reaches the service."""
    p, rows = Parameters(), []
    for kind in BUSINESSES:
        b = business(p, kind)
        rows.append(
            [kind, *(yuan(b[x]) for x in ("setup", "sales", "cost", "wages", "rent", "profit", "care"))]
        )
    return table(
        [
            "business",
            "set-up money",
            "sales",
            "materials and fixed",
            "wages",
            "land rent",
            "profit",
            "share for care",
        ],
        rows,
    )


def short() -> str:
    """The README's table: a year of the middle village, and what closes the gap elsewhere."""
    p = Parameters()
    v = Village(p)
    rows = [
        ["cost of canteen and station", f"{DINERS} diners, {v.meals:,.0f} meals a month", yuan(12 * v.cost)],
        ["fees at list", f"mean price {v.price:.2f} a meal", yuan(12 * v.fees)],
        ["gap before the other payers", "cost - fees", yuan(12 * (v.cost - v.fees))],
    ]
    for name, income in INCOMES.items():
        for shared in (False, True):
            what = "county money shared by all villages" if shared else "government at its ceiling"
            rows.append([f"gap, {name} collective", what, yuan(12 * Village(p, income=income).gap(shared))])
    for kind in BUSINESSES:
        b = business(p, kind)
        rows.append(
            [f"{kind} for care", f"profit {yuan(b['profit'])} x {p.business.care_share:g}", yuan(b["care"])]
        )
    return table(["yuan a year, January 2025", "how", "sum"], rows) + "\n\n" + margin(v)

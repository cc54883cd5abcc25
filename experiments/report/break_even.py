"""Break-even of one village by hand: the arithmetic of docs/break_even.md, from declared defaults and no
model code.

Money is in constant yuan of January 2025. What no parameter holds is written here once and is an assumption
of the example.
"""

from __future__ import annotations

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
class VillageSums:
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
    def kitchen_hours(self) -> float:
        """Hours of a paid cook a month."""
        station, times = self.p.station, self.p.canteen.meals_per_day * self.p.canteen.days
        return float(times * (station.cook_base + station.cook_each * self.diners) / 60)

    @property
    def price(self) -> float:
        """Mean price of a meal over the ages of elders."""
        families = self.p.families
        starts, shares = age_shares()
        bands = [
            float(shares[(starts >= low) & (starts < high)].sum())
            for low, high in ((60, 70), (70, 80), (80, 120))
        ]
        mean = sum(
            band * share
            for band, share in zip(
                bands, (families.share_60s, families.share_70s, families.share_80s), strict=True
            )
        )
        return families.full_meal_cost * (0.5 + 0.5 * self.wage) * mean * self.level

    @property
    def canteen(self) -> dict[str, float]:
        """The canteen's own lines, yuan a month."""
        canteen, station = self.p.canteen, self.p.station
        return {
            "food": self.meals * canteen.food,
            "fuel": self.meals * canteen.fuel,
            "cook": canteen.cook / station.cook_month * self.kitchen_hours * station.cook_scale * self.wage,
            "delivery": canteen.delivery * min(HOME * self.diners / canteen.round_size, 1.0) * self.wage,
        }

    @property
    def station(self) -> dict[str, float]:
        """The station's lines, yuan a month."""
        organisation, facilities = self.p.organisation, self.p.facilities
        return {
            "keeper": organisation.coordinator * self.wage,
            "publicity": organisation.publicity,
            "insurance": self.volunteers * organisation.insurance / 12,
            "training": self.volunteers * self.p.participation.quit * organisation.training_cost / 12,
            "power": facilities.power,
            "repairs": facilities.repairs,
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
        government, collective = self.p.government, self.p.collective
        year = government.ceiling
        if shared:
            year = min(year, government.operating_envelope * (1 + government.growth) ** self.years)
        return {
            "government": year * self.deflator / 12,
            "collective": self.income * (1 + collective.growth) ** self.years * collective.residual_cap / 12,
            "society": self.p.society.ceiling / 12,
        }

    def gap(self, shared: bool = False) -> float:
        """What is missing a month with the others at their most; negative: left over."""
        return self.cost - self.fees - sum(self.others(shared).values())


def margin(village: VillageSums) -> str:
    """What one diner leaves a month, beside what does not depend on diners, as a sentence."""
    fixed = village.canteen["cook"] + sum(village.station.values())
    left = (village.fees - sum(village.canteen.values()) + village.canteen["cook"]) / village.diners
    return (
        f"After food, fuel and delivery a diner at list prices leaves {yuan(left, 1)} yuan a month; "
        f"cook and station cost {yuan(fixed)}."
    )


def enough(parameters: Parameters, level: float, whole: bool) -> int | None:
    """Fewest diners within the seats whose fees cover the canteen's own lines (or the whole cost).

    None where none do.
    """
    for diners in range(1, int(min(parameters.canteen.seats, parameters.facilities.seats)) + 1):
        village = VillageSums(parameters, diners, level=level)
        if village.fees >= (village.cost if whole else sum(village.canteen.values())):
            return diners
    return None


def demand(parameters: Parameters, price: float) -> float:
    """Uptake at a mean price over that at the reference price."""
    canteen = parameters.canteen
    return max(1 - canteen.elasticity * (price / canteen.reference_price - 1), 0.0)


def business(parameters: Parameters, kind: str) -> dict[str, float]:
    """Sales, cost, wages, rent, profit and share for care of a full normal year with a full endowment,
    yuan.
    """
    tourism, agriculture, handicraft = parameters.tourism, parameters.agriculture, parameters.handicraft
    if kind == "tourism":
        sales = tourism.visitors * tourism.spend
        cost, wages, rent = (
            sales * tourism.variable + tourism.fixed,
            tourism.visitors * tourism.minutes_per_visit / 60 * tourism.wage,
            0.0,
        )
    elif kind == "agriculture":
        mu = min(
            agriculture.land, parameters.county.elders * parameters.county.land_mu * agriculture.lease_share
        )
        sales, cost, wages, rent = (
            mu * agriculture.sales,
            mu * agriculture.inputs + agriculture.fixed,
            mu * agriculture.hours * agriculture.wage,
            mu * agriculture.rent,
        )
    else:
        sales = (
            handicraft.places
            * 12
            * handicraft.sales
            * (1 + handicraft.network + handicraft.visits * handicraft.guests / 1_000)
        )
        cost, wages, rent = (
            sales * handicraft.materials + handicraft.fixed,
            handicraft.places * 12 * 60 * handicraft.wage,
            0.0,
        )
    profit = sales - cost - wages - rent
    return dict(
        setup=getattr(parameters, kind).setup,
        sales=sales,
        cost=cost,
        wages=wages,
        rent=rent,
        profit=profit,
        care=max(profit, 0.0) * parameters.business.care_share,
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers right-aligned where every cell below the head is one."""

    def numeric(column: int) -> bool:
        return all(
            row[column].replace(",", "").replace(".", "").replace("-", "").strip().isdigit() for row in rows
        )

    rule = ["---:" if numeric(column) else "---" for column in range(len(head))]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (head, rule, *rows)
    )


def yuan(value: float, digits: int = 0) -> str:
    """1,234."""
    return f"{round(value, digits) + 0.0:,.{digits}f}"


def lines() -> str:
    """Line by line: how each sum is made in 2025, and its value then and ten years on."""
    parameters = Parameters()
    now, then = VillageSums(parameters), VillageSums(parameters, years=LATER)
    canteen, organisation, government, collective = (
        parameters.canteen,
        parameters.organisation,
        parameters.government,
        parameters.collective,
    )
    how = {
        "food": f"{now.meals:g} meals x {canteen.food:g}",
        "fuel": f"{now.meals:g} meals x {canteen.fuel:g}",
        "cook": f"{now.kitchen_hours:g} hours x {canteen.cook:g} / {parameters.station.cook_month:g}",
        "delivery": f"{canteen.delivery:g} x {HOME:g} x {DINERS} / {canteen.round_size:g}",
        "keeper": f"{organisation.coordinator:g}",
        "publicity": f"{organisation.publicity:g}",
        "insurance": f"{now.volunteers} volunteers x {organisation.insurance:g} / 12",
        "training": (
            f"{now.volunteers} x {parameters.participation.quit:g} new a year x "
            f"{organisation.training_cost:g} / 12"
        ),
        "power": f"{parameters.facilities.power:g}",
        "repairs": f"{parameters.facilities.repairs:g}",
    }
    rows = [
        [
            "meals",
            f"{DINERS} diners x {canteen.meals_per_day:g} a day x {canteen.days:g} days",
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
            f"{parameters.families.full_meal_cost:g} x list shares, weighted by age",
            yuan(now.price, 2),
            yuan(then.price, 2),
        ]
    )
    rows.append(
        [
            "fees at list",
            (
                f"{now.meals:g} x {now.price:.4f} x (1 - {parameters.county.dibao:g}) x (1 - "
                f"{parameters.families.arrears:g})"
            ),
            yuan(now.fees),
            yuan(then.fees),
        ]
    )
    text = {
        "government": f"{government.ceiling:g} / 12",
        "collective": f"{INCOMES['middle']:,.0f} x {collective.residual_cap:g} / 12",
        "society": f"{parameters.society.ceiling:g} / 12",
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
    parameters = Parameters()
    village = VillageSums(parameters)
    most = {
        "government": village.others()["government"],
        "collective": village.others()["collective"],
        "families": village.fees * parameters.families.highest_level,
        "society": village.others()["society"],
    }
    rows = []
    for name, top in most.items():
        share = getattr(parameters.funding, f"share_{name}")
        rows.append(
            [
                name,
                f"{100 * share:g}",
                yuan(share * village.cost),
                yuan(top),
                yuan(min(share * village.cost, top)),
            ]
        )
    paid = sum(
        min(getattr(parameters.funding, f"share_{name}") * village.cost, top) for name, top in most.items()
    )
    rows.append(["**sum**", "100", yuan(village.cost), yuan(sum(most.values())), yuan(paid)])
    return table(["payer", "share, %", "asked, yuan a month", "at most, yuan a month", "the smaller"], rows)


def diners() -> str:
    """Cost, fees and gap by number of diners, all at list prices."""
    parameters = Parameters()
    rows = []
    for diners in COUNTS:
        village = VillageSums(parameters, diners)
        own = sum(village.canteen.values())
        rows.append(
            [
                f"{diners}",
                yuan(village.cost),
                yuan(village.cost / village.meals, 2),
                yuan(village.fees),
                yuan(own - village.fees),
                yuan(village.cost - village.fees),
                yuan(village.gap()),
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
    return table(head, rows) + "\n\n" + margin(VillageSums(parameters))


def prices() -> str:
    """Break-even number of diners by the level of prices over the list."""
    parameters = Parameters()
    rows = []
    for level in LEVELS:
        village, word = (
            VillageSums(parameters, level=level),
            lambda count: "none" if count is None else f"{count}",
        )
        each = parameters.canteen.meals_per_day * parameters.canteen.days
        left = village.fees / DINERS - each * (parameters.canteen.food + parameters.canteen.fuel)
        rows.append(
            [
                f"{level:g}",
                yuan(village.price, 2),
                f"{100 * demand(parameters, village.price):.0f}",
                yuan(left, 1),
                word(enough(parameters, level, False)),
                word(enough(parameters, level, True)),
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
    parameters, rows = Parameters(), []
    for name, income in INCOMES.items():
        for shared in (False, True):
            village = VillageSums(parameters, income=income)
            gap = 12 * village.gap(shared)
            from_ = "county money shared by all villages" if shared else "at its ceiling"
            rows.append(
                [
                    name,
                    from_,
                    *(
                        yuan(12 * value)
                        for value in (village.cost, village.fees, *village.others(shared).values())
                    ),
                    yuan(gap),
                    yuan(max(gap, 0) / parameters.business.care_share),
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
    parameters, rows = Parameters(), []
    for kind in BUSINESSES:
        sums = business(parameters, kind)
        rows.append(
            [
                kind,
                *(yuan(sums[name]) for name in ("setup", "sales", "cost", "wages", "rent", "profit", "care")),
            ]
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
    parameters = Parameters()
    village = VillageSums(parameters)
    rows = [
        [
            "cost of canteen and station",
            f"{DINERS} diners, {village.meals:,.0f} meals a month",
            yuan(12 * village.cost),
        ],
        ["fees at list", f"mean price {village.price:.2f} a meal", yuan(12 * village.fees)],
        ["gap before the other payers", "cost - fees", yuan(12 * (village.cost - village.fees))],
    ]
    for name, income in INCOMES.items():
        for shared in (False, True):
            what = "county money shared by all villages" if shared else "government at its ceiling"
            rows.append(
                [
                    f"gap, {name} collective",
                    what,
                    yuan(12 * VillageSums(parameters, income=income).gap(shared)),
                ]
            )
    for kind in BUSINESSES:
        sums = business(parameters, kind)
        rows.append(
            [
                f"{kind} for care",
                f"profit {yuan(sums['profit'])} x {parameters.business.care_share:g}",
                yuan(sums["care"]),
            ]
        )
    return table(["yuan a year, January 2025", "how", "sum"], rows) + "\n\n" + margin(village)

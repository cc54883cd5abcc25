"""The month: its processes in order under 13 headings, and the ways in which villages meet.

A process is named by its part and function. Whatever `run` or `run_*` function a part has must stand here:
one that does not is an error when the model is imported, so that no rule is forgotten in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, NamedTuple

from sim.parts import MODULES
from sim.state.parameters import nearest


class Process(NamedTuple):
    """A place in the month: heading (1 to 13, 0 before the first month), name, function of the model."""

    heading: int
    name: str
    run: Callable[[Any], None]


def functions_of(module: ModuleType) -> list[str]:
    """Names of a part's processes."""
    own = (
        name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    )
    return [name for name in own if name == "run" or name.startswith("run_")]


def process(heading: int, name: str, where: str) -> Process:
    """A process by `part.function`; ImportError with the nearest name where there is none."""
    part, _, function = where.partition(".")
    if part not in MODULES:
        raise ImportError(f"process {name!r}: there is no sim/parts/{part}.py{nearest(part, MODULES)}")
    module = MODULES[part]
    if not hasattr(module, function):
        hint = nearest(function, functions_of(module))
        raise ImportError(f"process {name!r}: sim/parts/{part}.py has no function {function}{hint}")
    return Process(heading, name, getattr(module, function))


def unplaced(modules: dict[str, ModuleType], processes: Iterable[Process]) -> list[str]:
    """A sentence for each part without a process and each process without a place, with the line to write."""
    placed = {
        (placed_process.run.__module__.rpartition(".")[2], placed_process.run.__name__)
        for placed_process in processes
    }
    found = []
    for part, module in modules.items():
        names = functions_of(module)
        if not names:
            found.append(
                f"sim/parts/{part}.py has no process and so does nothing: write `def run(model)` in it and "
                f'`process(heading, "name", "{part}.run"),` in MONTH of sim/schedule.py'
            )
        found += [
            f"{part}.{name} has no place in the month: write "
            f'`process(heading, "name", "{part}.{name}"),` in MONTH (or START) of sim/schedule.py'
            for name in names
            if (part, name) not in placed
        ]
    return found


HEADINGS = (
    "shocks and seasons",
    "demography",
    "health",
    "needs",
    "pledges and budgets",
    "businesses",
    "village plan",
    "enrolment and participation",
    "matching and delivery",
    "time bank",
    "settlement",
    "norms, trust and imitation",
    "observation",
)
MONTH: tuple[Process, ...] = (
    process(1, "purses at the start", "opening.run"),
    process(1, "prices", "economy.run"),
    process(1, "shocks", "shocks.run"),
    process(2, "heirs of credits", "clearing.run_heirs"),
    process(2, "deaths and departures", "demography.run_leave"),
    process(2, "arrivals", "demography.run_enter"),
    process(2, "village home", "homes.run"),
    process(3, "health", "health.run_change"),
    process(3, "counts by state", "health.run_count"),
    process(4, "allowances", "allowances.run"),
    process(4, "time budgets", "timeuse.run"),
    process(4, "needs", "needs.run_arise"),
    process(4, "township centre", "referral_centre.run"),
    process(4, "sharing station", "sharing.run"),
    process(4, "public care at home", "public_care.run"),
    process(4, "family care", "needs.run_family"),
    process(5, "county envelopes", "government.run_envelopes"),
    process(5, "applications and selection", "rollout.run"),
    process(5, "pilots", "government.run_pilots"),
    process(5, "collective income", "collective.run_year"),
    process(5, "pledges", "funding.run_pledge"),
    process(5, "price list", "families.run_prices"),
    process(6, "set-up money", "business.run_set_up"),
    process(6, "offer of a business", "business_course.run_decide"),
    process(6, "tourism", "tourism.run"),
    process(6, "agriculture", "agriculture.run"),
    process(6, "handicraft", "handicraft.run"),
    process(7, "partner organisations", "society.run_partners"),
    process(7, "leaders and associations", "organisation_leaders.run"),
    process(7, "village conventions", "convention.run"),
    process(7, "credit of suppliers", "credit.run_limit"),
    process(7, "levels of support", "organisation.run_support"),
    process(7, "way of operating", "operation.run_take_over"),
    process(7, "plan", "plan.run"),
    process(7, "credit under the plan", "credit.run_limit"),
    process(7, "keeper and cook", "station_staff.run"),
    process(7, "door", "station.run"),
    process(7, "ladder", "solvency.run"),
    process(7, "buildings", "facilities.run_build"),
    process(8, "habits", "habits.run"),
    process(8, "who follows", "thresholds.run"),
    process(8, "enrolment", "acceptance.run_enrol"),
    process(8, "volunteers", "participation.run_take_part"),
    process(8, "common tasks", "contribution.run"),
    process(8, "credits to family", "clearing.run_family"),
    process(8, "who is laid up", "injury.run_rest"),
    process(8, "paid posts", "organisation_posts.run"),
    process(8, "committee of the association", "committee.run"),
    process(8, "what may be asked", "timebank.run_quotas"),
    process(8, "what trust moves", "trust.run_act"),
    process(9, "unasked help", "neighbours.run"),
    process(9, "choice of care", "choice.run"),
    process(9, "canteen", "canteen.run"),
    process(9, "Party members on duty", "party.run"),
    process(9, "visits", "visits.run"),
    process(9, "gifts of altruists", "habits.run_give"),
    process(9, "matching", "matching.run"),
    process(9, "written agreements", "agreements.run"),
    process(9, "credit platform", "clearing_platform.run"),
    process(9, "operator's staff", "operation.run_staff"),
    process(9, "referral", "referral.run"),
    process(9, "care services and guarantee", "clearing_redemption.run_buy"),
    process(9, "paid care", "needs.run_professional"),
    process(9, "what is left", "choice.run_rest"),
    process(10, "time bank", "timebank.run_book"),
    process(10, "favours", "exchange.run"),
    process(10, "goods and practice credits", "clearing_redemption.run_redeem"),
    process(10, "points for assets", "points.run"),
    process(11, "upkeep", "facilities_upkeep.run"),
    process(11, "aids: rent and wear", "sharing.run_bill"),
    process(11, "supervision", "quality.run"),
    process(11, "home bills", "homes.run_bills"),
    process(11, "accidents of helpers", "injury.run"),
    process(11, "disputes", "organisation_disputes.run"),
    process(11, "support bills", "organisation_bills.run"),
    process(11, "fatigue and stipends", "participation.run_close"),
    process(11, "due", "funding.run_due"),
    process(11, "government pays", "government.run_pay"),
    process(11, "collective pays", "collective.run_pay"),
    process(11, "families pay", "families.run_pay"),
    process(11, "society gives", "society.run_pay"),
    process(11, "business shares", "business.run_share_out"),
    process(11, "course of a business", "business_course.run_follow"),
    process(11, "old debts", "credit.run_instalments"),
    process(11, "bills", "funding_bills.run_bills"),
    process(11, "settlement between villages", "clearing_platform.run_settle"),
    process(12, "acceptance", "acceptance.run_spread"),
    process(12, "listening", "listening.run"),
    process(12, "trust", "trust.run_learn"),
    process(12, "copying a neighbour", "organisation_copying.run"),
    process(12, "choice of operator", "operation.run_choose"),
    process(12, "visibility", "society.run_visibility"),
    process(13, "elders served", "served.run"),
    process(13, "memory", "funding_bills.run_remember"),
    process(13, "books of the village", "plan_books.run"),
)
START: tuple[Process, ...] = (
    process(0, "set-up costs", "business.run_begin"),
    process(0, "envelopes paid to the front", "funding.run_begin"),
    process(0, "standing services", "solvency.run_begin"),
    process(0, "standing stations", "station_start.run"),
    process(0, "stations as found", "station_found.run"),
    process(0, "prices", "economy.run"),
    process(0, "public rooms", "facilities.run_begin"),
    process(0, "acceptance", "acceptance.run_begin"),
    process(0, "leaders and associations", "organisation_leaders.run"),
    process(0, "levels of support", "organisation.run_support"),
    process(0, "habits", "habits.run"),
    process(0, "first volunteers", "participation.run_begin"),
)  # once, before the first month
for _sentence in unplaced(MODULES, (*START, *MONTH)):
    raise ImportError(_sentence)
COUPLINGS = (
    "county envelopes: operating and construction money are shared by all villages",
    "late payment: one county decides for all",
    (
        "herd: a crop's price falls with the acreage of the county's villages, which follows last year's "
        "price (agriculture.price_elasticity, agriculture.acreage_elasticity)"
    ),
    "visibility-driven gifts: a gift depends on who is seen more than the county's mean",
    "township centres: beds and hours of a centre are shared by its villages (referral.pooled)",
    (
        "credit platform: hours left over in one village serve credit holders of another (clearing.scope),"
        " and are paid for in December (clearing.settle_price)"
    ),
    (
        "copying: levels of support of the village of a township with the best hours share are taken over "
        "(organisation.copies)"
    ),
    "learning: villages come up, or apply, faster where others are in service",
    "selection: places of a round of the roll-out and of pilots are the county's",
)

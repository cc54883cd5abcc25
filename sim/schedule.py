"""The month: its processes in order under 13 headings, and the ways in which villages meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

# isort: off
from sim.parts import (
    acceptance,
    agriculture,
    business,
    canteen,
    clearing,
    collective,
    demography,
    economy,
    facilities,
    families,
    funding,
    government,
    handicraft,
    health,
    homes,
    matching,
    needs,
    operation,
    organisation,
    participation,
    points,
    quality,
    referral,
    rollout,
    sharing,
    shocks,
    society,
    solvency,
    timebank,
    timeuse,
    tourism,
    trust,
    visits,
)

# isort: on


class Row(NamedTuple):
    """One row of the month."""

    heading: int
    name: str
    run: Callable[[Any], None]


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
MONTH: tuple[Row, ...] = (
    Row(1, "prices", economy.run),
    Row(1, "shocks", shocks.run),
    Row(2, "heirs of credits", clearing.run_heirs),
    Row(2, "deaths and departures", demography.run_leave),
    Row(2, "arrivals", demography.run_enter),
    Row(2, "village home", homes.run),
    Row(3, "health", health.run_change),
    Row(3, "counts by state", health.run_count),
    Row(4, "time budgets", timeuse.run),
    Row(4, "needs", needs.run_arise),
    Row(4, "township centre", referral.run_beds),
    Row(4, "sharing station", sharing.run),
    Row(4, "family care", needs.run_family),
    Row(5, "county envelopes", government.run_envelopes),
    Row(5, "applications and selection", rollout.run),
    Row(5, "pilots", government.run_pilots),
    Row(5, "collective income", collective.run_year),
    Row(5, "pledges", funding.run_pledge),
    Row(5, "price list", families.run_prices),
    Row(6, "set-up money", business.run_set_up),
    Row(6, "tourism", tourism.run),
    Row(6, "agriculture", agriculture.run),
    Row(6, "handicraft", handicraft.run),
    Row(7, "partner organisations", society.run_partners),
    Row(7, "leaders and support", organisation.run_support),
    Row(7, "way of operating", operation.run_take_over),
    Row(7, "ladder", solvency.run),
    Row(7, "buildings", facilities.run_build),
    Row(8, "enrolment", acceptance.run_enrol),
    Row(8, "volunteers", participation.run_take_part),
    Row(8, "credits to family", clearing.run_family),
    Row(8, "paid posts", organisation.run_posts),
    Row(8, "what may be asked", timebank.run_quotas),
    Row(8, "what trust moves", trust.run_act),
    Row(9, "canteen", canteen.run),
    Row(9, "visits", visits.run),
    Row(9, "matching", matching.run),
    Row(9, "credit platform", clearing.run_platform),
    Row(9, "operator's staff", operation.run_staff),
    Row(9, "referral", referral.run_hours),
    Row(9, "care services and guarantee", clearing.run_buy),
    Row(9, "paid care", needs.run_professional),
    Row(10, "time bank", timebank.run_book),
    Row(10, "goods and practice credits", clearing.run_redeem),
    Row(10, "points for assets", points.run),
    Row(11, "upkeep", facilities.run_upkeep),
    Row(11, "aids: rent and wear", sharing.run_bill),
    Row(11, "supervision", quality.run),
    Row(11, "home bills", homes.run_bills),
    Row(11, "disputes and support bills", organisation.run_bills),
    Row(11, "fatigue and stipends", participation.run_close),
    Row(11, "due", funding.run_due),
    Row(11, "government pays", government.run_pay),
    Row(11, "collective pays", collective.run_pay),
    Row(11, "families pay", families.run_pay),
    Row(11, "society gives", society.run_pay),
    Row(11, "business shares", business.run_share_out),
    Row(11, "bills", funding.run_bills),
    Row(11, "settlement between villages", clearing.run_settle),
    Row(12, "acceptance", acceptance.run_spread),
    Row(12, "trust", trust.run_learn),
    Row(12, "copying a neighbour", organisation.run_copy),
    Row(12, "choice of operator", operation.run_choose),
    Row(12, "visibility", society.run_visibility),
    Row(13, "memory", funding.run_remember),
)
START: tuple[Row, ...] = (
    Row(0, "set-up costs", business.run_begin),
    Row(0, "standing services", solvency.run_begin),
    Row(0, "prices", economy.run),
    Row(0, "public rooms", facilities.run_begin),
    Row(0, "acceptance", acceptance.run_begin),
    Row(0, "leaders and support", organisation.run_support),
    Row(0, "first volunteers", participation.run_begin),
)  # once, before the first month
COUPLINGS = (
    "county envelopes: operating and construction money are shared by all villages",
    "late payment: one county decides for all",
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

"""Dials: parameters that act as one are drawn as one.

Each parameter can be set by itself. Where it is drawn, all members of a dial lie at the same quantile of what
their own ranges say, a member with a minus at the mirrored one: whoever doubts how much help the old need
doubts nine scales in the same way, and nine draws of their own would cancel each other out. A member that is
set, or off, stays where it is and the others move on.
"""

from __future__ import annotations

from functools import lru_cache

# dial: its members, by section; a minus: high where the others are low
DIALS: dict[str, str] = {
    # Who lives in the county
    "county.hands": "county.helpers_per_elder county.pool_per_elder",
    "county.incomes": "county.land_income county.remittances",
    "county.leadership": "county.leader_share county.association_share",
    "county.rooms": "county.idle_share facilities.public_rooms",
    "county.fields": "county.land_mu timeuse.farm_per_mu",
    "demography.helpers": "demography.helper_share demography.refill",
    "demography.children": (
        "demography.child_leaves demography.empty_nest_trend -demography.widowed_to_child"
    ),
    "health.decline": "health.worsen_scale -health.recover_scale",
    "health.dementia": "health.dementia_scale -health.dementia_risk",
    "timeuse.free": (
        "timeuse.elder_robust timeuse.elder_older timeuse.elder_mild timeuse.helper timeuse.underemployed"
    ),
    "timeuse.minding": "timeuse.grandchildren timeuse.grandchildren_share",
    # What the old need, what families give, what is bought
    "needs.scale": (
        "needs.meals_scale needs.cleaning_scale needs.mobility_scale needs.escort_scale "
        "needs.emergency_scale needs.rehabilitation_scale needs.prevention_scale "
        "needs.companionship_scale needs.personal_care_scale"
    ),
    "needs.frail": "needs.alone_factor needs.dementia_factor",
    "needs.length": "needs.escort_hours needs.emergency_hours",
    "needs.family": (
        "needs.cover_child needs.cover_spouse needs.cover_near needs.child_hours needs.spouse_hours "
        "needs.near_hours"
    ),
    "choice.price": "choice.half_price -choice.usual_income",
    "choice.quality": "choice.paid_quality choice.quality_weight",
    "choice.bears": "choice.burden choice.patience -choice.drops",
    # Who joins, helps, stays
    "participation.joining": "participation.join participation.join_helper",
    "participation.support": (
        "participation.leader participation.association participation.praise participation.credit "
        "participation.insured participation.trained participation.peers organisation.convention_joins "
        "organisation.drive_joins"
    ),
    "participation.time": "participation.hours participation.show_up",
    "participation.frail": "participation.age_limit participation.mild_factor",
    "participation.tiring": "participation.fatigue participation.tired_quit -participation.recovery",
    "acceptance.enrolling": "acceptance.enrol_own acceptance.enrol_network",
    "acceptance.example": "acceptance.network_speed acceptance.experience_speed",
    "acceptance.in_need": "acceptance.need_factor -acceptance.need_hours",
    "acceptance.lonely": "acceptance.lonely_alone acceptance.lonely_other",
    "matching.satisfied": "matching.pleased -matching.let_down",
    "visits.duty": (
        "visits.cadre_hours visits.duty_when_closed neighbours.duty_2025 neighbours.duty_2030 "
        "county.cadre_share"
    ),
    "timebank.slack": "timebank.welcome timebank.overdraft",
    "trust.effect": "trust.giving trust.asking",
    "trust.spread": "trust.talk trust.rumour trust.bite",
    "trust.runs": "trust.run_low trust.run_width trust.call_hours",
    "organisation.leaders": (
        "organisation.leader_found organisation.association_finds -organisation.leader_leaves "
        "-organisation.leader_resigns organisation.party_finds"
    ),
    "organisation.founding": "organisation.association_founded -organisation.association_lapses",
    "organisation.strife": "organisation.dispute_rate organisation.dispute_harm -organisation.settled",
    "organisation.agreed": "organisation.agreement_effect organisation.convention_calms",
    "organisation.support_cost": "organisation.insurance organisation.training_cost",
    "organisation.heard": "organisation.publicity -organisation.publicity_full organisation.drive_publicity",
    # Rooms, tables, keepers
    "facilities.room_cost": (
        "facilities.renovate facilities.fit_out facilities.build facilities.add facilities.renewal"
    ),
    "facilities.running": "facilities.rent facilities.power facilities.repairs facilities.shared_cost",
    "facilities.given": "facilities.labour facilities.gift_share collective.project",
    "facilities.spreading": "facilities.leader_factor facilities.learning",
    "facilities.room_seats": (
        "facilities.seats facilities.simple_seats facilities.add_seats canteen.seats "
        "station.self_cooked_seats"
    ),
    "facilities.lasting": "facilities.life facilities.life_new -facilities.renew_at",
    "canteen.uptakes": "canteen.uptake canteen.need_uptake",
    "canteen.meal_cost": "canteen.food canteen.fuel",
    "canteen.tastes": "canteen.days_taste -canteen.rota_taste",
    "station.cooking": "canteen.kitchen_minutes station.cook_base station.cook_each station.cook_scale",
    "station.tables": "station.hosts -station.table_minutes",
    "station.kitchen_hands": "station.kitchen_willing station.kitchen_most",
    "station.fewest": (
        "station.fewest_attending station.fewest_at_home station.fewest_self_cooked solvency.least_users "
        "solvency.least_enrolled solvency.least_helpers"
    ),
    "station.waits": "station.grace station.patience",
    "station.keepers": (
        "station.keeper_quits station.keeper_paid -station.keeper_found -station.keeper_found_alone"
    ),
    "station.cooks": "station.cook_waits station.cook_found",
    "station.shut_by_accident": "station.accidents station.accident_months",
    "station.guests": "station.guest_residents station.guest_visitors",
    # Money
    "families.price_list": (
        "families.full_meal_cost families.share_60s families.share_70s families.share_80s"
    ),
    "collective.caps": "collective.welfare_cap collective.residual_cap",
    "collective.luck": "collective.volatility collective.persistence",
    "credit.patience": "credit.instalments credit.write_off -credit.most -credit.distrust",
    "government.small_steps": "government.ceiling_days government.ceiling_self_cooked",
    "government.luck": "government.volatility government.lottery_volatility",
    "government.delay": "government.pays_every government.late",
    "government.squeeze": "government.squeeze_depth government.squeeze_years",
    "society.lumps": "society.spread -society.gifts_per_year",
    "society.partner": "society.partner_trains society.partner_insures society.partner_clinic",
    "plan.hopes": "plan.optimism plan.first_helpers plan.first_record",
    "plan.caution": "plan.prudence plan.reserve -plan.offers_used -plan.care_counted",
    "plan.attention": "plan.notice plan.renewal",
    "plan.appeals": "plan.appeal_money -plan.appeal_every",
    # Shocks: how often, how deep, how long
    "shocks.budget": "shocks.budget_cut -shocks.cut_to",
    "shocks.tourism": "shocks.tourism_crash shocks.crash_months",
    "shocks.harvest": "shocks.harvest_failure -shocks.harvest_to",
    "shocks.donor": "shocks.donor_loss shocks.donor_months -society.donor_left",
    "shocks.epidemic": "shocks.pandemic_months shocks.pandemic_deaths -shocks.pandemic_helpers",
    "shocks.jobs": "shocks.job_months -shocks.remit_to",
}


@lru_cache(maxsize=1)
def places() -> dict[str, tuple[str, bool]]:
    """Path -> its dial and whether it moves against it."""
    return {
        word.removeprefix("-"): (name, word.startswith("-"))
        for name, members in DIALS.items()
        for word in members.split()
    }


def dial_of(path: str) -> str:
    """The dial that moves a parameter: a parameter of no dial is its own."""
    return places().get(path, (path, False))[0]


def is_against(path: str) -> bool:
    """Whether a parameter is high where its dial is low."""
    return places().get(path, (path, False))[1]

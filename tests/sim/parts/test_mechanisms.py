"""Mechanisms that are off by default.

Off leaves no trace, size zero is the baseline, on they move what is argued.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
from runs import EVERYTHING, FORMER, county_bytes, differences, large, small

import sim
from sim.parts import shocks
from sim.state.codes import ALONE, COUPLE, ELDER, ELIGIBLE, IN_HOME, MUTUAL, UNMET

MONTHS = 38
BASE = {
    "county.facility_share": 0.7,
    "business.kind": "agriculture",
    "agriculture.lead": 6,
    "government.operating_envelope": 2_000.0,
}
YUAN = 100  # fen


class Mechanism(NamedTuple):
    """Changes that switch it on, changes that make it of size zero, what it posts and counts, states of its
    own.

    An event strikes at size zero too: `struck` are the records that say so, and then no other may differ;
    `beside` are changes that the baseline of size zero shares.
    """

    on: dict[str, Any]
    zero: dict[str, Any] | None = None
    postings: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    beside: dict[str, Any] = MappingProxyType({})  # type: ignore[assignment]


def part(name: str) -> dict[str, Any]:
    """What the county with every mechanism sets under one name."""
    return {path: value for path, value in EVERYTHING.items() if path.startswith(name)}


ORG, STRUCK = "organisation.", "flow shock_struck"
MECHANISMS: dict[str, Mechanism] = {
    "trust moves giving and asking": Mechanism(
        {"trust.moves": True}, {"trust.moves": True, "trust.giving": 0.0, "trust.asking": 0.0}
    ),
    "rumours": Mechanism(
        {"trust.rumours": True, "trust.rumour": 1.0},
        {"trust.rumours": True, "trust.talk": 0.0, "trust.rumour": 0.0, "trust.bite": 0.0},
    ),
    "bank run": Mechanism(
        {"trust.run": True, "trust.run_low": 0.6},
        {"trust.run": True, "trust.run_low": 0.6, "trust.call_hours": 0.0},
        flows=("callers", "called", "called_got"),
    ),
    "village home": Mechanism(
        part("homes"),
        {"homes.on": True, "homes.openings": 0.0},
        ("cost_home", "grant_homes"),
        ("moved_in", "moved_out"),
        ("beds", "residents"),
    ),
    "quality and safety": Mechanism(
        part("quality"),
        {"quality.on": True, "quality.felt": 0.0, "quality.accidents": 0.0, "quality.inspections": 0.0},
        ("cost_mending", "insured_loss"),
        ("accidents", "inspected", "sealed"),
        ("quality", "sealed_until"),
    ),
    "new buildings": Mechanism({"facilities.build_new": True, "facilities.openings": 0.6}),
    "public rooms": Mechanism(
        {"facilities.add_function": True, "facilities.openings": 0.6},
        {"facilities.add_function": True, "facilities.public_rooms": 0.0},
        own=("public_room",),
    ),
    "ageing": Mechanism(
        {"facilities.ageing": True, "facilities.life": 5, "facilities.renew_at": 0.8}, flows=("renewed",)
    ),
    "pilots": Mechanism(
        part("government.pilot"),
        {**part("government.pilot"), "government.pilot_fund": 0.0},
        ("grant_pilots",),
        own=("pilot", "pilot_left", "score"),
    ),
    "fiscal squeeze": Mechanism(
        {"government.squeeze_start": 12, "government.squeeze_depth": 0.5},
        {"government.squeeze_start": 12, "government.squeeze_depth": 0.0},
        own=("squeeze_until", "squeeze_left"),
    ),
    "leader as a person": Mechanism({ORG + "leader_person": True}, own=("leader_serial",)),
    "associations": Mechanism(
        part(ORG + "association"),
        {
            ORG + "associations": True,
            ORG + "association_founded": 0.0,
            ORG + "association_lapses": 0.0,
            ORG + "association_cost": 0.0,
        },
        ("cost_association",),
    ),
    "prizes": Mechanism(  # prizes that nobody is given
        {ORG + "honour_cost": 60.0},
        {ORG + "honour_cost": 60.0},
        ("cost_honours",),
        beside={ORG + "honours": False},
    ),
    "disputes": Mechanism(
        part(ORG + "dispute"),
        {ORG + "disputes": True, ORG + "dispute_rate": 0.0},
        flows=("disputes", "disputes_left"),
    ),
    "agreements": Mechanism(
        {ORG + "agreements": True},
        {ORG + "agreements": True, ORG + "agreement_cost": 0.0},
        ("cost_agreements",),
    ),
    "conventions": Mechanism(
        part(ORG + "convention"),
        {ORG + "conventions": True, ORG + "convention_adopts": 0.0},
        own=("convention",),
    ),
    "paid posts": Mechanism(
        {ORG + "posts": 2},
        {ORG + "posts": 2, ORG + "post_hours": 0.0, ORG + "post_wage": 0.0},
        ("cost_posts", "grant_posts"),
        ("posts_held",),
        struck=("flow posts_held",),
    ),
    "drives": Mechanism(
        {ORG + "drives": 4},
        {ORG + "drives": 4, ORG + "drive_joins": 1.0, ORG + "drive_publicity": 0.0, ORG + "drive_cost": 0.0},
        ("cost_drives",),
        own=("driving",),
    ),
    "Party-building": Mechanism(
        {ORG + "party": True},
        {
            ORG + "party": True,
            ORG + "party_finds": 1.0,
            ORG + "party_hours": 0.0,
            ORG + "party_cost": 0.0,
            "party.members": 0.0,
        },
        ("cost_party",),
        own=("duty",),
    ),
    "partner organisations": Mechanism(
        {"society.partners": 1.0},
        {
            "society.partners": 1.0,
            "society.partner_trains": 0.0,
            "society.partner_insures": 0.0,
            "society.partner_clinic": 0.0,
        },
        ("partner_training", "partner_insurance"),
        own=("partner_trains", "partner_insures", "partner_clinic"),
    ),
    "paired enterprises": Mechanism(
        {"society.enterprises": 1.0}, {"society.enterprises": 1.0, "society.enterprise_gift": 0.0}
    ),
    "copying a neighbour": Mechanism(
        {ORG + "bare": 0.5, ORG + "copies": 1.0, "county.townships": 1},
        {ORG + "copies": 1.0},
        own=("bare", "copied", "levels"),
    ),
    "rents": Mechanism({"collective.rent_share": 0.5}, own=("rents", "income")),
    "pandemic": Mechanism(  # without the ladder, which shuts tables
        {"shocks.pandemic": 0.15},
        {
            "shocks.pandemic": 0.15,
            "shocks.pandemic_helpers": 1.0,
            "shocks.pandemic_deaths": 1.0,
            "shocks.crash_to": 1.0,
        },
        own=("turn_out", "mortality", "pandemic_until"),
        struck=("pandemic_until", "crash_until", STRUCK),
        beside={**FORMER, "solvency.on": False, "business.kind": "portfolio", "shocks.tourism_crash": 0.0},
    ),
    "pandemic of no month": Mechanism(
        {"shocks.pandemic": 0.15, "shocks.pandemic_months": 1},
        {"shocks.pandemic": 0.15, "shocks.pandemic_months": 0},
        own=("turn_out", "mortality", "pandemic_until"),
        struck=("pandemic_until", "crash_until", "crash_level", STRUCK),
        beside={"shocks.tourism_crash": 0.0},
    ),
    "price crash": Mechanism(
        {"shocks.price_crash": 0.5},
        {"shocks.price_crash": 0.5, "shocks.price_to": 1.0},
        own=("price_until", "price_level"),
        struck=("price_until", STRUCK),
    ),
    "flood": Mechanism(
        {"shocks.scheduled": "flood", "shocks.scheduled_month": 14},
        {
            "shocks.scheduled": "flood",
            "shocks.scheduled_month": 14,
            "shocks.flood_damage": 0.0,
            "shocks.harvest_to": 1.0,
        },
        flows=("flood_damage",),
        struck=("harvest_until", STRUCK),
        beside={"shocks.harvest_failure": 0.0},
    ),
    "loss of a leader": Mechanism(  # leaders who move nothing: they plan nothing either
        {"shocks.leader_loss": 0.3},
        {"shocks.leader_loss": 0.3},
        struck=("leader", "leaderless", "flow leader_lost", STRUCK),
        beside={
            **FORMER,
            "participation.leader": 1.0,
            "facilities.leader_factor": 1.0,
            "acceptance.publicity": 0.0,
            "solvency.leaderless": 60,
            "solvency.reopen": 0.0,
        },
    ),
    "job losses": Mechanism(
        {"shocks.job_loss": 0.3},
        {"shocks.job_loss": 0.3, "shocks.remit_to": 1.0},
        own=("remit_left", "jobs_until"),
        struck=("jobs_until", STRUCK),
    ),
}


def run(
    changes: dict[str, Any] | None = None, months: int = MONTHS, villages: int = 6, **more: Any
) -> sim.MutualAidModel:
    model = small({**BASE, **(changes or {})}, villages=villages, seed=3, **more)
    for _ in range(months):
        model.step()
        model.audit()
    return model


@lru_cache(maxsize=1)
def baseline() -> tuple[sim.MutualAidModel, dict]:
    model = run()
    return model, county_bytes(model)


def names(differences: list[str]) -> set[str]:
    """Names of records that differ in any village."""
    return {x.partition(": ")[2].removeprefix("state ") for x in differences}


def without(records: dict, names: tuple[str, ...]) -> dict:
    return {
        v: {k: x for k, x in r.items() if k.removeprefix("state ") not in names} for v, r in records.items()
    }


@pytest.mark.parametrize("name", MECHANISMS)
def test_off_leaves_no_trace(name: str) -> None:
    series, m = baseline()[0].series, MECHANISMS[name]
    assert [k for k in m.postings if series.amount(k).any()] == [] and [
        k for k in m.flows if series.flow[k].any()
    ] == []


@pytest.mark.parametrize("name", MECHANISMS)
def test_on_it_posts_counts_and_changes_a_result(name: str) -> None:
    m = MECHANISMS[name]
    model = run(m.on)
    s = model.series
    assert [k for k in m.postings if not s.amount(k).any()] == [] and [
        k for k in m.flows if not s.flow[k].any()
    ] == []
    found = differences(without(baseline()[1], m.own), without(county_bytes(model), m.own))
    assert any("flow" in x or "person" in x or "balance" in x for x in found)


@pytest.mark.parametrize("name", [k for k, m in MECHANISMS.items() if m.zero])
def test_of_size_zero_it_is_the_baseline_bit_for_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    m = MECHANISMS[name]
    assert m.zero is not None
    # the value without effect may lie outside what a user may set
    monkeypatch.setattr(sim.state.parameters, "checked", lambda d, value: d.kind(value))
    plain = county_bytes(run(m.beside)) if m.beside else baseline()[1]
    zero = county_bytes(run({**m.beside, **m.zero}))
    if m.struck:
        assert names(differences(plain, zero)) == set(m.struck)
    else:
        assert differences(without(plain, m.own), without(zero, m.own)) == []


def test_a_roll_out_to_which_nobody_applies_is_a_hazard_of_nothing() -> None:
    still = {"rollout.on": True, "rollout.innovate": 0.0, "rollout.imitate": 0.0}
    own = ("score",)
    assert (
        differences(
            without(county_bytes(run({"facilities.openings": 0.0})), own),
            without(county_bytes(run(still)), own),
        )
        == []
    )


def test_shares_of_trust_stand_still_where_trust_is_off() -> None:
    model = small(
        {
            "trust.on": False,
            "trust.moves": True,
            "trust.run": True,
            "trust.rumours": True,
            "demography.on": False,
        }
    )
    before = model.people.trust.copy()
    model.run(12)
    assert np.array_equal(model.people.trust, before) and not model.series.flow["callers"].any()


# -- homes and buildings
# -----------------------------------------------------------------------------------------------
def test_a_home_takes_in_those_who_live_alone_and_gives_company() -> None:
    plain, homes = (
        run(
            {
                "homes.on": on,
                "homes.openings": 1.0,
                "homes.move_in": 0.5,
                "homes.beds": 20,
                "homes.bed_cost": 5000.0,
            },
            40,
        )
        for on in (False, True)
    )
    persons = [m.series.flow["living_persons"].sum(axis=(0, 1)) for m in (plain, homes)]
    assert persons[0][IN_HOME] == 0 < persons[1][IN_HOME] and persons[1][ALONE] < persons[0][ALONE]
    assert homes.series.flow["loneliness_sum"].sum() < plain.series.flow["loneliness_sum"].sum()
    assert (homes.series.state["residents"] <= homes.series.state["beds"]).all()


def test_residents_pay_their_fee_and_bring_county_money() -> None:
    model = small(
        {"homes.on": True, "homes.running": 150.0, "homes.fee": 160.0, "homes.subsidy": 360.0}, villages=1
    )
    p, r = model.people, model.world.villages
    r.level, r.wage_index, r.deflator, p.dibao[:] = 3, 1.0, 1.0, 0
    old = np.flatnonzero(p.kind == ELDER)[:4]
    p.living[old], p.dibao[old[0]] = IN_HOME, 1
    sim.parts.homes.run_bills(model)
    posted = model.world.posted[0]
    assert (posted.cost_home, posted.due_families, posted.grant_homes) == (600 * YUAN, 480 * YUAN, 120 * YUAN)


def test_who_lives_in_a_home_that_closes_goes_back() -> None:
    model = run({**part("homes"), "demography.on": False}, 20)
    p = model.people
    home = (p.kind == ELDER) & (p.living == IN_HOME)
    spouse = p.spouse[home] >= 0
    assert home.sum() > 3
    model.world.villages.beds = 0
    sim.parts.homes.run(model)
    assert np.array_equal(p.living[home], np.where(spouse, COUPLE, ALONE))


def test_a_small_remote_group_moves_together() -> None:
    """Every elder of zone 0 accepts and lives alone; the other zones are too large."""
    model = large(
        {
            "homes.on": True,
            "homes.together": True,
            "homes.remote": 1.0,
            "homes.group_moves": 1.0,
            "homes.move_in": 0.0,
            "homes.group": 5,
            "homes.move_out": 0.0,
        }
    )
    p, r = model.people, model.world.villages
    first = np.flatnonzero(p.kind == ELDER)[:5]
    p.zone[p.zone == 0], p.zone[first] = 1, 0
    p.spouse[:], p.living[:], p.acceptance[:] = -1, ALONE, 0.9
    r.level, r.beds = 3, 40
    for _ in range(60):
        sim.parts.homes.run(model)
        model.month += 1
    assert set(np.flatnonzero(p.living == IN_HOME)) == set(first)


def opened(changes: dict[str, Any], **states: int) -> tuple[Any, Any]:
    """States and postings of 20 villages without a facility that all come up in one month, with 100,000
    yuan each.
    """
    model = small(
        {
            "county.villages": 20,
            "county.elders": 10,
            "county.facility_share": 0.0,
            "facilities.openings": 0.6,
            "facilities.leader_factor": 3.0,
            "facilities.simple_rooms": False,
            "facilities.labour": 0.0,
            "county.couplings": False,
            **changes,
        },
        villages=20,
    )
    for k, x in states.items():
        model.state[k][:] = x
    model.state["income"][:] = model.state["capital_left"][:] = 1_000_000 * YUAN
    for _ in range(60):
        model.county.construction[:] = 100_000 * YUAN
        sim.parts.facilities.run_build(model)
        model.month += 1
    return model.world.villages, model.world.posted


LABOUR = {"facilities.labour": 0.3, "facilities.rent": 600.0}


@pytest.mark.parametrize(
    ("changes", "states", "way", "yuan"),
    [
        # 60,000 over ten years and 400 a month are 10,800 a year, a renovation is 12,000
        ({}, {"idle_building": 1}, 2, 60_000),
        ({"facilities.rent": 600.0}, {"idle_building": 1}, 1, 120_000),  # 13,200 a year
        ({"facilities.rent": 600.0}, {"idle_building": 0}, 2, 60_000),
        ({"facilities.build_new": True}, {"idle_building": 0}, 3, 200_000),  # 10,000 a year
        (
            {"facilities.build_new": True, "facilities.rent": 300.0},
            {"idle_building": 0},
            2,
            60_000,
        ),  # 9,600
        ({"facilities.add_function": True}, {"idle_building": 1, "public_room": 1}, 4, 20_000),
        ({"facilities.add_function": True}, {"idle_building": 1, "public_room": 0}, 2, 60_000),
        ({"facilities.simple_rooms": True}, {"idle_building": 1}, 5, 30_000),  # 3,000 a year
        (LABOUR, {"idle_building": 1, "leader": 1}, 1, 84_000),
        (LABOUR, {"idle_building": 1, "leader": 0, "association": 0}, 1, 120_000),
        (LABOUR, {"idle_building": 0, "leader": 1}, 2, 60_000),  # a rented room is fitted out for money
    ],
    ids=[
        "rent beside an idle building",
        "renovate",
        "rent",
        "build",
        "rent is cheaper",
        "public room",
        "no public room",
        "simple rooms",
        "labour",
        "nobody calls on villagers",
        "no labour where rented",
    ],
)
def test_the_way_that_is_cheapest_over_its_life_is_taken(
    changes: dict, states: dict, way: int, yuan: int
) -> None:
    r, posted = opened(changes, **states)
    done = r.facility > 0
    assert done.sum() > 10 and set(r.way[done]) == {way} and set(r.rented[done]) == {int(way == 2)}
    assert set(posted.capital_spent[done]) == {yuan * YUAN}


def test_a_village_below_the_least_number_of_elders_gets_no_facility() -> None:
    assert opened({"facilities.least_elders": 500})[0].facility.sum() == 0


def test_a_building_of_five_years_is_half_worn_after_thirty_months_and_then_renewed() -> None:
    """A new one of twenty years is not."""
    model = small(
        {
            "facilities.ageing": True,
            "facilities.life": 5,
            "facilities.life_new": 20,
            "facilities.renew_at": 0.51,
        },
        villages=2,
    )
    r = model.world.villages
    r.facility, r.level, r.way, r.condition, r.bills, r.door = 2, 3, np.array([1, 3]), 1.0, 0, 26
    for _ in range(30):
        sim.parts.facilities_upkeep.run(model)
    assert r.condition.tolist() == pytest.approx([0.5, 1 - 30 / 240])
    model.county.construction[:] = 60_000 * YUAN
    sim.parts.facilities.run_build(model)
    assert r.condition.tolist() == pytest.approx([1.0, 1 - 30 / 240])
    assert model.world.posted.capital_spent.tolist() == [30_000 * YUAN, 0]


def test_shared_rooms_cost_less_to_keep() -> None:
    model = small({"facilities.shared_cost": 0.6}, villages=2)
    r = model.world.villages
    r.facility, r.level, r.way, r.door, r.open_week = 2, 3, np.array([1, 4]), 26, 6
    sim.parts.facilities_upkeep.run(model)
    p = sim.Parameters().facilities
    assert model.world.posted.cost_power.tolist() == [p.power * YUAN, round(p.power * 0.6 * YUAN)]
    assert model.world.posted.cost_repairs.tolist() == [p.repairs * YUAN, round(p.repairs * 0.6 * YUAN)]
    assert r.seats.tolist() == [p.seats, p.add_seats]


# -- government
# --------------------------------------------------------------------------------------------------------
def test_pilots_are_the_readiest_and_share_the_whole_fund() -> None:
    model = small(
        {
            "county.facility_share": 1.0,
            "government.pilots": 0.25,
            "government.pilot_start": 2,
            "government.pilot_months": 10,
            "government.pilot_fund": 1000.0,
            "solvency.on": False,
        },
        villages=8,
    )
    model.run(3)
    r = model.world.villages
    best = np.sort(r.score)[-2:]
    assert r.pilot.sum() == 2 and set(r.score[r.pilot == 1]) <= set(best)
    model.run(10)
    paid = model.series.amount("grant_pilots").sum(axis=0)
    assert paid.sum() == 8 * 1000 * YUAN and (paid > 0).sum() == 2 and model.world.villages.pilot.sum() == 0


def test_a_squeeze_takes_its_share_each_january_of_its_years_and_no_more() -> None:
    changes = {"government.volatility": 0.0, "shocks.on": False, "county.couplings": False}
    plain, squeezed = (
        small(
            {
                **changes,
                "government.squeeze_start": start,
                "government.squeeze_depth": 0.2,
                "government.squeeze_years": 3,
            },
            villages=2,
        )
        for start in (-1, 12)
    )
    ratio = []
    for _ in range(6):
        for model in (plain, squeezed):
            model.step()
        # what is left of a year's envelope after the payments of its first month: none falls due in January
        ratio.append(squeezed.county.operating[0] / plain.county.operating[0])
        for model in (plain, squeezed):
            model.run(11)
    assert ratio == pytest.approx([1, 0.8, 0.64, 0.512, 0.512, 0.512], abs=1e-5)


def test_a_squeeze_once_begun_runs_its_years_out_though_a_policy_takes_its_schedule_away() -> None:
    p = sim.Parameters().replace(
        {
            "government.volatility": 0.0,
            "shocks.on": False,
            "county.villages": 1,
            "county.elders": 5,
            "government.squeeze_depth": 0.2,
            "government.squeeze_years": 3,
        }
    )
    model = sim.MutualAidModel(
        p, seed=1, modifiers=(sim.Modifier("government.squeeze_start", "set", 0, start=0, end=6),)
    )
    left = []
    for _ in range(5):
        model.run(12)
        left.append(float(model.state["squeeze_left"][0]))
    assert left == pytest.approx([0.8, 0.64, 0.512, 0.512, 0.512])


def test_a_squeeze_that_is_drawn_begins_as_often_as_its_chance() -> None:
    """0.3 a year, 400 villages, one January: four standard errors."""
    model = small(
        {
            "county.villages": 400,
            "county.elders": 1,
            "county.couplings": False,
            "government.squeeze_chance": 0.3,
        },
        villages=400,
    )
    sim.parts.government.run_envelopes(model)
    assert abs((model.state["squeeze_left"] < 1).mean() - 0.3) <= 4 * np.sqrt(0.21 / 400)


# -- roll-out
# ----------------------------------------------------------------------------------------------------------
ROLL = {
    **part("rollout"),
    "county.facility_share": 0.2,
    "county.elders": 20,
    "government.construction_envelope": 30_000.0,
    "facilities.lead": 1,
}


def standing(changes: dict[str, Any], months: int = 48) -> Any:
    model = small({**ROLL, **changes}, villages=12, seed=5)
    model.run(months)
    return model


def test_a_round_selects_no_more_than_keep_the_county_on_its_line() -> None:
    """From 20 % to 70 % in 48 months by rounds of 12: 3, then 2, 1, 2 of 12 villages are on the list."""
    s = standing({"rollout.target": 0.7, "rollout.by": 48, "rollout.every": 12}).series
    chosen = ((s.state["facility"] > 0) | (s.state["selected"] == 1)).sum(axis=1)
    line = np.ceil((0.2 + 0.5 * (np.arange(48) // 12 + 1) / 4) * 12 - 1e-9)
    assert (chosen <= np.maximum(line, chosen[0])).all() and chosen[-1] >= 7


def test_a_policy_on_the_least_score_of_one_village_holds_that_village_back() -> None:
    for held in (1, 4):  # the county's plan is read from its first village, the score that is asked from each
        modifier = sim.Modifier("rollout.least_score", "set", 1.0, villages=(held,))
        p = sim.Parameters().replace(
            {
                **ROLL,
                "county.facility_share": 0.0,
                "rollout.innovate": 1.0,
                "rollout.target": 1.0,
                "rollout.by": 12,
                "rollout.least_score": 0.0,
                "county.villages": 6,
            }
        )
        model = sim.MutualAidModel(p, seed=2, modifiers=(modifier,))
        model.run(36)
        assert model.state["selected"].sum() == 5 and model.state["selected"][held - 1] == 0


def test_the_least_score_and_the_wish_to_apply_hold_openings_back() -> None:
    ends = [
        int((standing(c).series.state["facility"][-1] > 0).sum())
        for c in ({}, {"rollout.least_score": 0.85}, {"rollout.innovate": 0.05, "rollout.imitate": 0.0})
    ]
    assert ends[0] > ends[1] and ends[0] > ends[2]


def test_both_coverages_are_reported() -> None:
    model = standing({}, 12)
    table = sim.Result(model).county
    s = model.series
    built = s.state["facility"] == 2
    assert np.allclose(table["facility_share"], built.mean(axis=1))
    assert np.allclose(
        table["facility_in_service_share"],
        (built & sim.viability.in_service(s)).sum(axis=1) / built.sum(axis=1),
    )


# -- shocks
# ------------------------------------------------------------------------------------------------------------
def struck(kind: str, months: int = 24, **changes: Any) -> tuple[Any, Any]:
    """Series without and with one shock that strikes everybody in month 6, under the same luck."""
    never = {f"shocks.{k}": 0.0 for k in shocks.KINDS}
    base = {
        **never,
        "county.facility_share": 1.0,
        "solvency.on": True,
        **{k.replace("__", "."): v for k, v in changes.items()},
    }
    return tuple(
        run({**base, "shocks.scheduled": s, "shocks.scheduled_month": 6}, months).series
        for s in ("none", kind)
    )


def test_a_pandemic_shuts_tables_keeps_helpers_at_home_and_costs_lives() -> None:
    plain, ill = struck("pandemic", shocks__pandemic_months=6, shocks__pandemic_deaths=3.0)
    assert ill.flow["meals"][6:12].sum() == 0 < plain.flow["meals"][6:12].sum()
    assert ill.flow["offered"][6:12].sum() < 0.8 * plain.flow["offered"][6:12].sum()
    assert ill.flow["deaths"][6:12].sum() > plain.flow["deaths"][6:12].sum()
    assert np.array_equal(ill.flow["meals"][:6], plain.flow["meals"][:6])


def test_a_price_crash_takes_its_share_of_the_harvest_money() -> None:
    """The October after the month of the crash.

    Sales of the fields times 0.7; plots near towns are let as before.
    """
    at_once = {"business__decided": False, "agriculture__plots": 0.0}
    plain, cheap = struck("price_crash", 12, shocks__price_to=0.7, **at_once)
    a, b = plain.amount("sales")[9], cheap.amount("sales")[9]
    assert a.sum() > 0 and np.abs(b - 0.7 * a).max() <= 1


def test_a_flood_damages_the_building_and_is_billed() -> None:
    plain, flooded = struck("flood", 8, shocks__flood_damage=0.3)
    damage = plain.state["condition"][6] - flooded.state["condition"][6]
    bill = flooded.amount("cost_repairs")[6] - plain.amount("cost_repairs")[6]
    served = flooded.state["level"][6] > 0
    assert damage[served] == pytest.approx(0.3) and (bill[served] == 36_000 * YUAN).all()


def test_the_loss_of_leaders_takes_every_leader() -> None:
    plain, lost = struck("leader_loss", 8, organisation__leader_found=0.1)
    assert plain.state["leader"][6].sum() > 0 == lost.state["leader"][6].sum()
    assert np.array_equal(lost.flow["leader_lost"][6], plain.state["leader"][5])


def test_children_without_jobs_send_less_and_less_care_is_bought() -> None:
    plain, lost = struck("job_loss", 20, shocks__remit_to=0.0, shocks__job_months=12)
    assert (lost.state["remit_left"][6:18] == 0).all() and (lost.state["remit_left"][18:] == 1).all()
    assert lost.hours[6:18, :, UNMET].sum() > plain.hours[6:18, :, UNMET].sum()
    assert lost.flow["diners"][6:18].sum() < plain.flow["diners"][6:18].sum()


# -- society, neighbours, rents, reopening
# -----------------------------------------------------------------------------
PAIRED = {"county.facility_share": 1.0, "facilities.on": False, "solvency.on": False, "county.townships": 1}


def test_a_partner_trains_and_insures_at_its_own_cost() -> None:
    """150 yuan for each newly trained.

    30 yuan a year, 2.50 a month, for each volunteer: the village's bills for both are gone.
    """
    own, partner = (run({**PAIRED, "society.partners": x}, 14, 2).series for x in (0.0, 1.0))
    assert partner.flow["newly_trained"].sum() > own.flow["newly_trained"].sum()
    assert np.array_equal(partner.amount("partner_training"), partner.flow["newly_trained"] * 150 * YUAN)
    assert np.array_equal(partner.amount("partner_insurance"), partner.flow["volunteers"] * 30 * YUAN // 12)
    assert not partner.amount("cost_training").any() and not partner.amount("cost_insurance").any()
    assert own.amount("cost_training").any() and own.amount("cost_insurance").any()


def test_each_thing_that_a_partner_brings_stands_alone() -> None:
    bare = {
        **PAIRED,
        "organisation.insured": False,
        "organisation.training": False,
        "society.partners": 1.0,
        "referral.on": True,
        "referral.contract": 0.0,
    }
    nothing = {"society.partner_trains": 0.0, "society.partner_insures": 0.0, "society.partner_clinic": 0.0}
    trained, insured, clinic = (
        run({**bare, **{k: v for k, v in nothing.items() if k != left}}, 14, 2).series for left in nothing
    )
    assert (
        trained.flow["newly_trained"].any()
        and not insured.flow["newly_trained"].any()
        and not clinic.flow["newly_trained"].any()
    )
    assert (
        insured.state["insured"].any()
        and not trained.state["insured"].any()
        and not clinic.state["insured"].any()
    )
    minutes = clinic.flow["contract_minutes"]
    assert (minutes <= 4 * 60 * clinic.state["elders"] / 100).all() and minutes.sum() > 0
    assert (
        np.array_equal(clinic.amount("partner_clinic"), minutes * 25 * YUAN // 60)
        and not clinic.amount("cost_contract").any()
    )
    assert not trained.flow["contract_minutes"].any() and not insured.flow["contract_minutes"].any()


def test_an_enterprise_gives_every_village_of_its_township_a_twelfth_each_month() -> None:
    quiet = {**PAIRED, "society.enterprises": 1.0, "society.enterprise_gift": 6_000.0, "society.ceiling": 0.0}
    assert (run(quiet, 8, 2).series.amount("paid_society") == 500 * YUAN).all()


def test_villages_without_support_copy_the_township_s_best_in_december() -> None:
    """By hand: the village of the highest hours share among the six; its levels, training and insurance on
    and 50 yuan, spread.
    """
    model = run({**PAIRED, "organisation.bare": 0.5, "organisation.copies": 1.0}, 12)
    bare = model.state["bare"] == 1
    assert 0 < bare.sum() < 6
    share = model.world.hours.sum(axis=2)[:, MUTUAL] / model.world.hours.sum(axis=2)[:, ELIGIBLE]
    best = int(np.argmax(share))
    wanted = [0, 0, 0] if bare[best] else [1, 1, 50 * YUAN]
    others = np.arange(6) != best
    assert model.state["copied"].tolist() == others.astype(int).tolist()
    assert model.state["levels"][others].tolist() == [wanted] * 5
    model.run(1)
    assert (model.state["training"] == wanted[0]).all() and (
        model.state["publicity"] == wanted[2] / (100 * YUAN)
    ).all()


def test_nobody_copies_across_a_township_or_where_villages_do_not_meet() -> None:
    apart = run(
        {**PAIRED, "organisation.bare": 0.5, "organisation.copies": 1.0, "county.couplings": False}, 12
    )
    alone = run({**PAIRED, "organisation.bare": 0.5, "organisation.copies": 1.0, "county.townships": 6}, 12)
    assert not apart.state["copied"].any() and not alone.state["copied"].any()


def test_rents_are_their_share_of_trend_income_in_good_and_bad_years() -> None:
    """Growth 0: the rent of a year is that of the first; what is left of income moves with the news."""
    s = run(
        {"collective.rent_share": 0.4, "collective.growth": 0.0, "collective.volatility": 0.4}, 26, 2
    ).series
    plain = run({"collective.growth": 0.0, "collective.volatility": 0.0}, 1, 2).series
    assert (s.state["rents"] == (plain.state["income"][0] * 0.4).astype(int)).all()
    other = s.state["income"] - s.state["rents"]
    assert (np.abs(other - plain.state["income"][0] * 0.6 * (1 + s.state["income_news"])) <= 2).all()
    assert (np.ptp(other, axis=0) > 0).all()


def closed_for_a_year(changes: dict[str, Any]) -> sim.MutualAidModel:
    """Three villages of a leader and some cash that closed in the first month, run for five years."""
    model = small(
        {
            **PAIRED,
            **FORMER,
            "solvency.on": True,
            "solvency.reopen": 1.0,
            "organisation.leader_leaves": 0.02,
            "county.leader_share": 1.0,
            **changes,
        },
        seed=3,
    )
    model.state["level"][:], model.state["closures"][:], model.state["closed_month"][:] = 0, 1, 0
    model.run(60)
    model.audit()
    return model


def test_a_room_that_is_open_two_days_a_week_costs_six_tenths_of_the_power() -> None:
    """.4 whatever the days, .6 by days of six: .4 + .6 x 2/6; a shut door costs none."""
    model = small(villages=2)
    r = model.world.villages
    r.facility, r.level, r.way, r.open_week, r.door = 2, 3, 1, 2, np.array([9, 0])
    sim.parts.facilities_upkeep.run(model)
    p = sim.Parameters().facilities
    assert model.world.posted.cost_power.tolist() == [round(p.power * 0.6 * YUAN), 0]
    assert model.world.posted.cost_repairs.tolist() == [p.repairs * YUAN, 0]


def test_a_closed_village_reopens_with_users_in_sight_and_not_without() -> None:
    """Three of 50 elders: at a hazard of 0.02 a month well over 5 would enrol in a year, at 0 nobody
    would.
    """
    some, nobody = (
        closed_for_a_year({"acceptance.enrol_own": 0.02}),
        closed_for_a_year({"acceptance.enrol_own": 0.0, "acceptance.enrol_network": 0.0}),
    )
    assert some.series.flow["opened_now"].any(axis=0).all()
    assert not nobody.series.flow["opened_now"].any() and not nobody.series.state["would_enrol"].any()
    assert (
        closed_for_a_year({"acceptance.enrol_own": 0.02, "solvency.least_enrolled": 30})
        .series.flow["opened_now"]
        .sum()
        < 3
    )

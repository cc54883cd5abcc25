"""Trust, organisation and supervision: who is moved by what, what it costs, and in which direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import large, small

import sim
from sim.parts import organisation_bills, organisation_disputes, organisation_posts, quality, timebank, trust
from sim.state.codes import ELDER, HELPER

ORG, YUAN = "organisation.", 100  # fen


def run(changes: dict[str, Any], months: int) -> sim.MutualAidModel:
    model = small(
        {"county.facility_share": 0.7, "government.operating_envelope": 2_000.0, **changes},
        villages=6,
        seed=3,
    )
    model.run(months)
    model.audit()
    return model


# -- trust ---------------------------------------------------------------------------------------------------
# ----------
def trusting(level: float, changes: dict[str, Any]) -> sim.MutualAidModel:
    """A large village after `what trust moves`.

    Every volunteer offers 600 minutes, every elder may ask for 600.
    """
    model = large({"trust.moves": True, "timebank.exempt_special": False, **changes})
    p = model.people
    model.world.villages.level, p.trust[:], p.volunteer[:], p.offer[:], p.free[:], p.quota[:] = (
        3,
        level,
        p.kind == HELPER,
        600,
        9000,
        600,
    )
    model.world.flow.offered = 600 * (p.kind > 0).sum()
    trust.run_act(model)
    return model


@pytest.mark.parametrize(("level", "kept"), [(1.0, 0.0), (0.5, 0.15), (0.0, 0.3)])
def test_who_trusts_less_gives_and_asks_less(level: float, kept: float) -> None:
    """Kept back: 0.3 x (1 - trust)."""
    model = trusting(level, {"trust.giving": 0.3, "trust.asking": 0.3})
    p = model.people
    assert set(p.offer[p.kind > 0]) == {round(600 * (1 - kept))} and set(p.quota[p.kind == ELDER]) == {
        round(600 * (1 - kept))
    }
    assert model.world.flow.offered[0] == p.offer[p.kind > 0].sum()


def test_a_closure_that_everybody_sees_takes_its_bite() -> None:
    model = large({"trust.rumours": True, "trust.bite": 0.4, "trust.talk": 0.0})
    model.people.trust[:], model.world.flow.closed_now = 0.5, 1
    trust.run_learn(model)
    assert np.allclose(model.people.trust[model.people.kind > 0], 0.3)


def test_rumours_go_round_where_redemption_fails_and_nowhere_else() -> None:
    """Credit is held and need left in zone 0 alone."""
    model = large(
        {
            "trust.rumours": True,
            "trust.rumour": 1.0,
            "trust.bite": 0.5,
            "trust.talk": 0.0,
            "timebank.trust_speed": 0.0,
        }
    )
    p = model.people
    p.trust[:], p.credit[:], p.need[:], p.enrolled[:], p.received[:], p.dibao[:], p.tier[:] = (
        0.8,
        0,
        0,
        1,
        0,
        0,
        4,
    )
    p.credit[p.zone == 0], p.need[p.zone == 0, 1] = 600, 300
    trust.run_learn(model)
    assert model.world.flow.rumours[0] == 1
    assert np.allclose(p.trust[(p.kind > 0) & (p.zone == 0)], 0.4) and np.allclose(
        p.trust[(p.kind > 0) & (p.zone > 0)], 0.8
    )


# -- organisation
# ------------------------------------------------------------------------------------------------------
def test_a_leader_who_leaves_the_village_is_lost_and_another_cadre_follows() -> None:
    model = small(
        {
            ORG + "leader_person": True,
            ORG + "leader_resigns": 0.0,
            ORG + "leader_found": 0.8,
            "demography.on": False,
        }
    )
    p, r = model.people, model.world.villages
    a = slice(int(model.world.start[0]), int(model.world.start[0] + model.world.used[0]))
    p.role[a] = np.where(p.kind[a] == HELPER, 1, 0)
    r.leader = 1
    model.step()
    first = int(r.leader_serial[0])
    assert first in p.serial[a] and model.world.flow.leader_lost[0] == 0
    p.kind[a][p.serial[a] == first] = 0  # gone
    model.step()
    assert r.leader[0] == 0 and model.world.flow.leader_lost[0] == 1
    for _ in range(60):
        model.step()
    assert r.leader[0] == 1 and int(r.leader_serial[0]) != first


def bills_of(changes: dict[str, Any], name: str, **flows: int) -> int:
    """Fen that one village in service is billed this month."""
    model = large(changes)
    model.world.villages.level, model.world.villages.wage_index = 3, 1.0
    for k, x in flows.items():
        model.world.flow[k] = x
    model.world.villages.association, model.world.villages.driving = 1, 1
    organisation_bills.run(model)
    return int(model.world.posted[name][0])


def test_every_mechanism_has_its_bill_by_hand() -> None:
    assert bills_of({ORG + "honour_cost": 60.0}, "cost_honours", volunteers=24) == 24 * 60 * YUAN // 12
    assert (
        bills_of(
            {ORG + "agreements": True, ORG + "agreement_cost": 5.0},
            "cost_agreements",
            volunteers_joined=3,
            joined_users=4,
        )
        == 35 * YUAN
    )
    assert (
        bills_of({ORG + "associations": True, ORG + "association_cost": 80.0}, "cost_association")
        == 80 * YUAN
    )
    assert bills_of({ORG + "drives": 1, ORG + "drive_cost": 500.0}, "cost_drives") == 500 * YUAN
    assert bills_of({ORG + "party": True, ORG + "party_cost": 60.0}, "cost_party") == 60 * YUAN
    assert bills_of({ORG + "posts": 2, ORG + "post_wage": 700.0}, "cost_posts", posts_held=2) == 1400 * YUAN
    assert (
        bills_of(
            {ORG + "posts": 2, ORG + "post_wage": 700.0, ORG + "post_public": 0.5},
            "grant_posts",
            posts_held=2,
        )
        == 700 * YUAN
    )


def test_drives_run_in_october_and_half_a_year_later() -> None:
    model = run({ORG + "drives": 2}, 24)
    driving = model.series.state["driving"].any(axis=1)
    assert [i % 12 + 1 for i in range(24) if driving[i]] == [4, 10, 4, 10]


def test_posts_add_their_hours_and_stay_with_their_holders() -> None:
    plain, posts = (large({ORG + "posts": n, ORG + "post_hours": 40.0}) for n in (0, 3))
    holders = []
    for model in (plain, posts):
        p = model.people
        model.world.villages.level, p.volunteer[:], p.offer[:], p.free[:] = 3, p.kind == HELPER, 60, 9000
        for _ in range(2):
            p.offer[:] = 60
            organisation_posts.run(model)
            holders.append(tuple(np.flatnonzero(p.offer > 60)))
    assert holders[0] == holders[1] == () and holders[2] == holders[3] and len(holders[2]) == 3
    assert posts.people.offer[list(holders[2])].tolist() == [60 + 40 * 60] * 3


def quarrels(changes: dict[str, Any], hours: int = 10_000) -> tuple[int, int]:
    """Disputes, and those left, of 40 months of 10,000 hours each in a village with a leader."""
    model = large({ORG + "disputes": True, ORG + "dispute_rate": 1.0, **changes})
    w, total, left = model.world, 0, 0
    w.villages.level, w.villages.leader, w.villages.convention = 3, 1, 1
    for _ in range(40):
        w.flow.time_aid, w.flow.disputes, w.flow.disputes_left = hours * 60, 0, 0
        organisation_disputes.run(model)
        model.month += 1
        total, left = total + int(w.flow.disputes[0]), left + int(w.flow.disputes_left[0])
    return total, left


def test_agreements_and_conventions_prevent_disputes_and_leaders_settle_them() -> None:
    """One in a thousand hours: 400 by rounding alone; half with agreements, a fifth less with a convention.
    Four standard errors of the settled: 4 sqrt(400 x 0.5 x 0.5) = 40."""
    assert quarrels({})[0] == pytest.approx(400, abs=1)
    assert quarrels({ORG + "agreements": True, ORG + "agreement_effect": 0.5})[0] == pytest.approx(200, abs=1)
    assert quarrels({ORG + "conventions": True, ORG + "convention_calms": 0.2})[0] == pytest.approx(
        320, abs=1
    )
    assert abs(quarrels({ORG + "settled": 0.5})[1] - 200) <= 40
    assert quarrels({ORG + "settled": 1.0})[1] == 0


def test_a_dispute_left_open_costs_a_helper_motivation_and_an_elder_satisfaction() -> None:
    model = large({ORG + "disputes": True, ORG + "dispute_rate": 1.0, ORG + "dispute_harm": 0.3})
    p, w = model.people, model.world
    w.villages.level, w.villages.leader, w.villages.association, w.flow.time_aid = 3, 0, 0, 60_000
    p.motivation[:], p.satisfaction[:], p.given[:], p.received[:] = 0.8, 0.8, 0, 0
    p.given[7], p.received[11] = 60, 60
    organisation_disputes.run(model)
    assert p.motivation[7] == pytest.approx(0.56) and p.satisfaction[11] == pytest.approx(0.56)
    assert (p.motivation < 0.79).sum() == 1 and (p.satisfaction < 0.79).sum() == 1


def test_conventions_weaken_the_norm_and_bring_volunteers() -> None:
    plain, agreed = (
        run(
            {
                ORG + "conventions": on,
                ORG + "convention_adopts": 1.0,
                ORG + "convention_norm": 0.5,
                ORG + "convention_joins": 2.0,
            },
            40,
        )
        for on in (False, True)
    )
    for name in ("acceptance_sum", "volunteers"):
        assert agreed.series.flow[name].sum() > plain.series.flow[name].sum()


def test_party_building_finds_leaders_and_adds_duty_to_visits() -> None:
    plain, party = (
        run(
            {
                ORG + "party": on,
                ORG + "party_finds": 4.0,
                ORG + "party_hours": 20.0,
                "visits.cadre_hours": 0.0,
            },
            40,
        )
        for on in (False, True)
    )
    assert party.series.state["leader"].sum() > plain.series.state["leader"].sum()
    assert party.series.flow["visits_made"].sum() > plain.series.flow["visits_made"].sum()


# -- quality
# -----------------------------------------------------------------------------------------------------------
def watched(
    changes: dict[str, Any], months: int = 30, trained: int = 0, hours: int = 20_000
) -> dict[str, int]:
    """A large village in service under supervision: sums of what happened."""
    model = large({"quality.on": True, **changes})
    p, w = model.people, model.world
    w.villages.level, w.villages.short, w.villages.covered = 3, 0.0, 1
    p.volunteer[:], p.trained[:] = p.kind == HELPER, trained
    seen = dict.fromkeys(("accidents", "inspected", "sealed"), 0)
    for _ in range(months):
        w.flow.view(np.uint8)[:] = 0
        w.flow.time_aid = hours * 60
        quality.run(model)
        model.month += 1
        seen = {k: x + int(w.flow[k][0]) for k, x in seen.items()}
    posted = {k: int(w.posted[k][0]) for k in ("cost_accidents", "cost_mending", "insured_loss")}
    return seen | posted | {"quality": float(w.villages.quality[0]), "until": int(w.villages.sealed_until[0])}


def test_quality_tends_to_what_it_is_made_of() -> None:
    """0.55 untrained in a sound building, 0.9 trained."""
    for trained, wanted in ((0, 0.55), (1, 0.9)):
        assert watched({"quality.inspections": 0.0}, 80, trained)["quality"] == pytest.approx(
            wanted, abs=1e-4
        )
    assert quality.made_of(large({}).values.quality[0], 0.0, 0.5, 1.0) == pytest.approx(0.55 - 0.15 - 0.2)


def test_training_prevents_accidents_and_the_insurer_pays_for_the_others() -> None:
    """Expected: 1 in 10,000 h x 2 (1 - quality): 30 months x 2 x 0.9 = 54 untrained and 12 trained, at
    steady quality.
    """
    steady = {
        "quality.speed": 1.0,
        "quality.accidents": 1.0,
        "quality.inspections": 0.0,
        "quality.accident_cost": 5000.0,
    }
    plain, trained = (watched(steady, trained=t) for t in (0, 1))
    assert plain["accidents"] == pytest.approx(54, abs=4) and trained["accidents"] == pytest.approx(12, abs=4)
    assert plain["insured_loss"] == plain["accidents"] * 5000 * YUAN and plain["cost_accidents"] == 0


def test_an_inspection_orders_mending_below_the_standard_and_shuts_tables_below_the_least() -> None:
    monthly = {"quality.inspections": 12.0, "quality.accidents": 0.0}
    assert watched({**monthly, "quality.standard": 0.0, "quality.least": 0.0})["cost_mending"] == 0
    ordered = watched(
        {
            **monthly,
            "quality.standard": 1.0,
            "quality.mend": 0.0,
            "quality.least": 0.0,
            "quality.mend_cost": 2000.0,
        }
    )
    assert ordered["cost_mending"] == 30 * 2000 * YUAN and ordered["sealed"] == 0
    shut = watched({**monthly, "quality.least": 1.0, "quality.closure": 3, "quality.standard": 0.0}, 5)
    assert shut["sealed"] == 5 and shut["until"] == 4 + 1 + 3


def test_shut_tables_serve_no_meals_until_the_month_is_over() -> None:
    model = small({"county.facility_share": 1.0}, villages=2)
    model.step()
    model.world.villages.sealed_until = model.month + 3
    meals = []
    for _ in range(3):
        model.step()
        meals.append(int(model.world.flow.meals.sum()))
    assert meals == [0, 0, 0] and model.series.flow["meals"][0].sum() > 0


def test_called_credit_is_spent_like_any_other() -> None:
    model = large(
        {
            "trust.run": True,
            "trust.run_low": 0.6,
            "trust.call_hours": 2.0,
            "timebank.exempt_special": False,
            "timebank.expiry": 0.01,
        }
    )
    p, w = model.people, model.world
    (
        w.villages.level,
        p.trust[:],
        p.volunteer[:],
        p.free[:],
        p.need[:],
        p.received[:],
        p.given[:],
        p.offer[:],
    ) = 3, 0.1, p.kind == HELPER, 9000, 0, 0, 0, 0
    p.credit[:] = np.where(p.kind == ELDER, 300, 0)
    p.offer[p.kind == HELPER] = 6000
    trust.run_act(model)
    assert w.flow.called[0] == w.flow.called_got[0] == 120 * (p.kind == ELDER).sum() == p.given.sum()
    timebank.run_book(model)
    assert w.posted.credits_spent[0] == w.flow.called_got[0]

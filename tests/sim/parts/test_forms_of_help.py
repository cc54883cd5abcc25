"""Visits on their day, standing pairs and volunteer teams.

Small villages worked by hand, urns, and what stays the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import county_bytes, differences, large, small

import sim
from sim.engine.randomness import key_of
from sim.parts import matching, participation, visits
from sim.state.codes import ELDER, HELPER, MUTUAL, REHABILITATION

CLEANING = 1


# -- visits on time
# ----------------------------------------------------------------------------------------------------
def covered(slots: int, made: int, carried: int, rota: float, elders: int = 1) -> np.ndarray:
    """Slots covered for so many elders."""
    key = key_of(5, visits.ROTA, 3)
    return np.array([visits.slots_covered(made, carried, slots, rota, key, ident) for ident in range(elders)])


@pytest.mark.parametrize(
    "slots, made, carried, rota",
    [(30, 30, 0, 0.0), (30, 12, 0, 0.5), (9, 5, 0, 0.0), (31, 20, 8, 0.25), (4, 4, 2, 0.5), (9, 9, 0, 0.75)],
)
def test_visits_off_their_day_cover_as_many_slots_as_balls_fill_urns(
    slots: int, made: int, carried: int, rota: float
) -> None:
    """Of n urns K are full, m - K balls fall at random: n (1 - (1 - K/n) (1 - 1/n)^(m-K)) are full in the
    mean, K whole or, at
    0.75 of 9, 6 or 7 (a quarter and three quarters). 4.5 standard errors of 10,000 elders: 7 in a million."""
    kept = carried + rota * (made - carried)
    low, part = int(kept), kept - int(kept)
    full = [slots * (1 - (1 - k / slots) * (1 - 1 / slots) ** (made - k)) for k in (low, low + 1)]
    seen = covered(slots, made, carried, rota, 10_000)
    assert abs(seen.mean() - (full[0] * (1 - part) + full[1] * part)) <= 4.5 * seen.std() / 100
    assert seen.min() >= low and seen.max() <= made


@pytest.mark.parametrize(
    "slots, made, carried, rota, wanted",
    [
        (30, 17, 0, 1.0, 17),
        (30, 0, 0, 0.0, 0),
        (1, 1, 0, 0.0, 1),
        (30, 26, 26, 0.0, 26),
        (9, 1, 0, 0.0, 1),
        (31, 31, 31, 0.5, 31),
    ],
    ids=["all keep their day", "none made", "one slot", "with a meal", "one visit", "a full month"],
)
def test_where_nothing_can_go_amiss_visits_made_are_on_time(
    slots: int, made: int, carried: int, rota: float, wanted: int
) -> None:
    assert set(covered(slots, made, carried, rota, 50)) == {wanted}


def test_a_rota_changes_nothing_but_the_visits_on_time() -> None:
    runs = [small({"visits.rota": rota}) for rota in (1.0, 0.5, 0.0)]
    for model in runs:
        model.run(12)
    made, on_time = (runs[0].series.flow[f"visits_{x}"] for x in ("made", "on_time"))
    assert np.array_equal(made, on_time) and made.any()
    for model in runs[1:]:
        found = {x.partition(": ")[2] for x in differences(county_bytes(runs[0]), county_bytes(model))}
        assert found == {"flow visits_on_time"}
    totals = [model.series.flow["visits_on_time"].sum(axis=(0, 1))[1:4] for model in runs]
    assert (totals[0] > totals[1]).all() and (totals[1] > totals[2]).all() and (totals[2] > 0).all()


# -- pairs and teams by hand
# -------------------------------------------------------------------------------------------
def village(
    needs: list[tuple[int, int]], offers: list[int], kind: int = CLEANING, **changes: Any
) -> sim.MutualAidModel:
    """One zone without links: elders of these (tier, minutes needed), all enrolled and ailing, and
    volunteers with these offers.
    """
    start = {"county.elders": 12, "county.helpers_per_elder": 0.5, "matching.central": 0.0}
    model = large(start | {f"matching.{name}": x for name, x in changes.items()})
    p, r = model.people, model.world.villages
    r.level = 3
    p.kin[:], p.neighbour[:], p.zone[:], p.health[:], p.tier[:] = -1, -1, 0, 1, 0
    (
        p.need[:],
        p.enrolled[:],
        p.volunteer[:],
        p.trained[:],
        p.offer[:],
        p.free[:],
        p.given[:],
        p.satisfaction[:],
    ) = 0, 0, 0, 0, 0, 1_000, 0, 0.5
    for i, (tier, minutes) in zip(elders(model), needs, strict=False):
        p.enrolled[i], p.tier[i], p.need[i, kind], p.quota[i] = 1, tier, minutes, 60_000
    for h, minutes in zip(helpers(model), offers, strict=False):
        p.volunteer[h], p.offer[h] = 1, minutes
    model.world.flow.view(np.uint8)[:] = 0
    model.world.hours[:] = 0
    return model


def elders(model: sim.MutualAidModel) -> np.ndarray:
    return np.flatnonzero(model.people.kind == ELDER)


def helpers(model: sim.MutualAidModel) -> np.ndarray:
    return np.flatnonzero(model.people.kind == HELPER)


def got(model: sim.MutualAidModel, n: int) -> list[int]:
    matching.run(model)
    return [int(x) for x in model.people.received[elders(model)[:n]]]


NEEDS = [(3, 200), (1, 200), (0, 0)]  # the second most urgent, the third asks for nothing


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_a_pair_of_hands_by_hand(share: float) -> None:
    """Two volunteers of 100 minutes, each bound to one of the two elders in need: the less urgent gets what
    her partner keeps, 100 x share; the urgent one the rest of both, 200 - 100 x share. Out of one pool the
    urgent one gets all."""
    model = village(NEEDS, [100, 100], form="pairs", pair_share=share)
    assert got(model, 3) == [100 * share, 200 - 100 * share, 0]
    p, f = model.people, model.world.flow[0]
    calm, urgent, rest = elders(model)[:3]
    if share:
        a, b = helpers(model)[:2]
        assert {int(p.partner[calm]), int(p.partner[urgent])} == {a, b}  # one village: slots are rows
        assert [p.partner[p.partner[i]] for i in (calm, urgent)] == [calm, urgent] and p.partner[rest] == -1
        assert np.allclose(
            p.satisfaction[[calm, urgent, rest]], [0.57, 0.57, 0.5]
        )  # 0.05 for help, 0.02 for whom one knows
    else:
        assert (p.partner == -1).all() and np.allclose(p.satisfaction[[calm, urgent]], [0.47, 0.55])
    assert (f.requests, f.refused, f.asked_minutes, f.paired, f.team_minutes) == (
        2,
        0 if share else 1,
        400,
        2 if share else 0,
        0,
    )
    assert p.offer.sum() == 0 and p.given.sum() == 200 == model.world.hours[0, MUTUAL].sum()


def test_one_volunteer_is_bound_to_whom_is_most_in_need_and_a_partner_who_is_away_is_stood_in_for() -> None:
    model = village(NEEDS, [0, 80], form="pairs")
    away, there = helpers(model)[:2]
    model.people.volunteer[there] = 0
    matching.run(model)
    assert model.people.partner[away] == elders(model)[1] and model.people.partner[elders(model)[0]] == -1
    model.people.volunteer[there] = (
        1  # a second volunteer: the pair there is stays, and the free hands go to the one left
    )
    matching.run(model)
    assert [int(model.people.partner[h]) for h in (away, there)] == [int(elders(model)[k]) for k in (1, 0)]
    assert [int(model.people.received[elders(model)[k]]) for k in (0, 1)] == [40, 40]


def test_trained_kinds_are_no_partners_business() -> None:
    """Rehabilitation is asked of the village.

    Who is trained gives it, the eligible share of it and no more.
    """
    model = village([(1, 100)], [100, 100], kind=REHABILITATION, form="pairs", pair_share=1.0)
    model.people.trained[helpers(model)[:2]] = 1
    share = model.parameters.needs.rehabilitation_eligible
    assert got(model, 1) == [int(100 * share)] and model.world.flow[0].requests == 1


def standing(model: sim.MutualAidModel) -> dict[tuple[int, int], int]:
    """Volunteer -> partner, each as (village, serial)."""
    p, w, found = model.people, model.world, {}
    for v, a in enumerate(w.start[:-1]):
        for i in range(a, a + w.used[v]):
            if p.partner[i] >= 0 and p.volunteer[i] == 1:
                assert p.partner[a + p.partner[i]] == i - a and p.kind[a + p.partner[i]] == ELDER
                found[v, int(p.serial[i])] = int(p.serial[a + p.partner[i]])
    return found


def test_a_pair_stands_until_one_of_it_stops() -> None:
    """Month by month over two years.

    Whoever has another partner than before, or none, has lost the one she had, or stopped herself.
    """
    model = small({"matching.form": "pairs"}, villages=4)
    kept = ended = 0
    for _ in range(24):
        before = standing(model)
        model.step()
        p, w, now = model.people, model.world, standing(model)
        at = {
            (v, int(p.serial[i])): i
            for v, a in enumerate(w.start[:-1])
            for i in range(a, a + w.used[v])
            if p.kind[i] > 0
        }
        for (v, helper), elder in before.items():
            h, e = at.get((v, helper)), at.get((v, elder))
            if now.get((v, helper)) == elder:
                kept += 1
            else:
                ended += 1
                assert (
                    h is None or e is None or p.volunteer[h] == 0 or p.volunteer[e] == 1 or p.enrolled[e] == 0
                )
        assert w.flow.paired.sum() == len(now)
    assert kept > 10 * ended > 0


@pytest.mark.parametrize("who", ["elder", "volunteer"])
def test_death_ends_a_pair_and_the_other_finds_a_new_one(who: str) -> None:
    model = village([(1, 50), (1, 50)], [100], form="pairs")
    matching.run(model)
    h = helpers(model)[0]
    first = int(model.people.partner[h])
    gone = first if who == "elder" else h
    other = h if who == "elder" else first
    spare = next(i for i in elders(model)[:2] if i != first) if who == "elder" else helpers(model)[1]
    view = next(a for a in model.agents if getattr(a, "_slot", -1) == gone)
    assert view.partner.unique_id & 0xFFFFFF == model.people.serial[other]
    model.end_person(view, "death")
    assert (model.people.partner == -1).all()
    model.people.volunteer[helpers(model)[:2]] = 1
    model.people.volunteer[gone] = 0
    if who == "elder":
        model.people.volunteer[helpers(model)[1]] = 0
    matching.run(model)
    assert model.people.partner[other] == spare and model.people.partner[spare] == other


@pytest.mark.parametrize("free, each", [(1_000, 25), (110, 10)])
def test_a_team_by_hand(free: int, each: int) -> None:
    """Of three members two came, with 100 minutes each; they make up half of the absent one's 100, 25 each,
    if they have the time. Requests of 60 cost 70: three of them 210 of 250 or of 220 minutes."""
    model = village([(1, 60), (1, 60), (3, 60)], [100, 100, 0], form="teams", team_minutes=10, team_cover=0.5)
    model.people.free[helpers(model)] = free
    assert got(model, 3) == [60, 60, 60]
    f, p = model.world.flow[0], model.people
    assert (f.offered, f.team_minutes, f.time_aid, f.refused) == (2 * each, 30, 210, 0)
    assert (
        p.offer.sum() == 200 + 2 * each - 210
        and p.received.sum() == 180 == model.world.hours[0, MUTUAL].sum()
    )


def test_a_request_that_two_of_a_team_meet_costs_its_toll_once() -> None:
    model = village([(1, 150)], [100, 100], form="teams", team_minutes=10)
    assert (
        got(model, 1) == [150] and model.people.given.sum() == 160 and model.world.flow[0].team_minutes == 10
    )


@pytest.mark.parametrize("trained, found", [("nobody", 0), ("who came", 90), ("who is away", 0)])
def test_one_trained_member_who_came_is_enough_for_a_team(trained: str, found: int) -> None:
    """Out of the pool the trained one gives her 20 minutes.

    The team gives all that is eligible, as far as its minutes go.
    """
    offers = [20, 300, 0]
    for form, wanted in (("teams", found), ("pool", min(found, 20))):
        model = village([(1, 300)], offers, kind=REHABILITATION, form=form, team_cover=0.0)
        who = {"nobody": [], "who came": helpers(model)[:1], "who is away": helpers(model)[2:3]}[trained]
        model.people.trained[who] = 1
        model.values.needs["rehabilitation_eligible"] = 0.3
        assert got(model, 1) == [wanted] and model.world.flow[0].refused == (wanted == 0)


def test_a_team_of_which_anybody_comes_offers_the_hours_of_all() -> None:
    """Four members, each with chance 0.4, the absent made up for in full: all minutes or, with chance 0.6^4,
    none. Four standard errors of 500 villages (1 in 16,000)."""
    f, n = 0.4, 500
    start = {
        "county.elders": 4,
        "county.helpers_per_elder": 2.0,
        "participation.show_up": f,
        "participation.response": 0.0,
    }
    model = large({**start, "matching.form": "teams", "matching.team_cover": 1.0}, villages=n)
    for name in ("join", "join_helper", "quit", "training_rate"):
        model.values.participation[name] = 0.0
    p, w, r = model.people, model.world, model.world.villages
    r.level, p.volunteer[:], p.motivation[:], p.fatigue[:], p.free[:], p.zone[:] = 3, 0, 0.5, 0.0, 10_000, 0
    for first, used in zip(w.start, w.used, strict=False):
        rows = np.arange(first, first + used)
        p.volunteer[rows[p.kind[rows] == HELPER][:4]] = 1
    w.flow.view(np.uint8)[:] = 0
    participation.run_take_part(model)
    matching.run(model)
    hours = model.parameters.participation.hours * 60  # of middling motivation
    assert set(np.unique(w.flow.offered)) == {0, 4 * hours}
    none = (1 - f) ** 4
    assert abs((w.flow.offered == 0).mean() - none) <= 4 * np.sqrt(none * (1 - none) / n)


# -- directions and size zero
# ------------------------------------------------------------------------------------------
def totals(changes: dict[str, Any]) -> dict[str, float]:
    """Two years of four villages."""
    s = small(changes, villages=4, seed=3).run(24).series
    return {
        name: float(s.flow[name].sum())
        for name in ("requests", "refused", "time_aid", "team_minutes", "paired")
    }


def test_teams_refuse_fewer_than_the_pool_and_dear_coordination_eats_it_up() -> None:
    pool, cheap, dear = (
        totals(x)
        for x in (
            {},
            {"matching.form": "teams", "matching.team_minutes": 0, "matching.team_cover": 1.0},
            {"matching.form": "teams", "matching.team_minutes": 60, "matching.team_cover": 0.0},
        )
    )
    share = [x["refused"] / x["requests"] for x in (cheap, pool, dear)]
    assert share[0] < share[1] < share[2] and dear["team_minutes"] > 0 == cheap["team_minutes"]


def test_a_team_without_toll_cover_or_training_is_the_pool_bit_for_bit() -> None:
    nobody = {"county.trained_share": 0.0, "organisation.training": False}
    runs = [
        small({**nobody, "matching.form": form, "matching.team_minutes": 0, "matching.team_cover": 0.0})
        for form in ("pool", "teams")
    ]
    for model in runs:
        model.run(18)
    assert differences(*map(county_bytes, runs)) == []

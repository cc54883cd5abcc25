"""Visits, duty and unasked help where a station closes, stands or was never there."""

from __future__ import annotations

import numpy as np
import pytest
from runs import large
from village_runs import run

from sim.parts import visits
from sim.state.codes import CADRE, ELDER, FULL, HELPER, VISITS_ONLY

MINUTES, DUTY = 10, 30  # of a visit, of a cadre


def village(level: int, offers: list[int], cadres: int) -> tuple[int, int, int]:
    """Visits due and made and duty minutes of a month, by volunteers with these offers and so many cadres.

    Nobody is linked, so that visits come by the village's round; 60 minutes of duty a cadre, half of it kept.
    """
    model = large(
        {
            "county.elders": 200,
            "visits.cadre_hours": 1.0,
            "visits.call_minutes": 10.0,
            "visits.person_minutes": 10.0,
            "neighbours.duty_2025": 0.5,
            "neighbours.duty_spread": 0.0,
        }
    )
    p, r = model.people, model.world.villages
    model.month = 0
    r.level, r.duty = level, 0
    p.offer[:], p.volunteer[:], p.role[:], p.kin[:], p.neighbour[:], p.dines[:] = 0, 0, 0, -1, -1, 0
    p.free[:] = 10_000
    helpers = np.flatnonzero(p.kind == HELPER)
    for i, offer in zip(helpers, offers, strict=False):
        p.offer[i], p.volunteer[i] = offer, 1
    p.role[helpers[len(offers) : len(offers) + cadres]] = CADRE
    model.world.flow.view(np.uint8)[:] = 0
    visits.run(model)
    f = model.world.flow[0]
    assert (p.kind == ELDER).sum() > 150
    return int(f.visits_due.sum()), int(f.visits_made.sum()), int(f.duty_minutes)


@pytest.mark.parametrize("level", [FULL, VISITS_ONLY])
@pytest.mark.parametrize("offers, cadres", [([], 4), ([60, 90], 0), ([60, 90, 30], 4), ([3_000] * 10, 4)])
def test_visits_are_what_is_due_or_what_duty_and_offers_allow(
    level: int, offers: list[int], cadres: int
) -> None:
    """Ten minutes a visit: an offer of 90 is nine, a cadre's half hour three, with or without a station."""
    due, made, duty = village(level, offers, cadres)
    assert duty == cadres * DUTY
    assert made == min(due, sum(offer // MINUTES for offer in offers) + 3 * cadres)


def test_duty_is_the_same_with_and_without_a_station() -> None:
    """In every month, until people differ: cadres come before any other helper."""
    with_one, without = (
        run({"county.facility_share": share, "county.shut_share": 0.0, "visits.cadre_hours": 1.0}, months=12)
        for share in (1.0, 0.0)
    )
    duty = [model.series.flow["duty_minutes"][0] for model in (with_one, without)]
    assert np.array_equal(*duty) and duty[0].sum() > 0
    assert with_one.series.flow["open_days"][0].sum() > 0 == without.series.flow["open_days"][0].sum()


def test_unasked_help_is_given_in_every_village_and_ends_with_its_hour() -> None:
    s = run({"county.facility_share": 0.5}, months=12).series
    assert (s.flow["unasked_minutes"] > 0).all()
    people = s.state["elders"] + s.state["helpers"]
    assert (s.flow["unasked_minutes"] <= 60 * people).all()
    assert not run({"neighbours.on": False}, months=12).series.flow["unasked_minutes"].any()

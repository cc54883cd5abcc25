"""Public care at home: who has it, what it costs, what it leaves to the family, each by hand."""

from __future__ import annotations

import numpy as np
import pytest
from runs import large

from sim.parts import needs, public_care
from sim.state.codes import ELDER, FAMILY, MEALS, MODERATE, PROFESSIONAL, WITH_CHILD

PRICE = 2_000  # fen an hour


def in_need(level, share=0.5):
    """A village of elders of moderate health who each want a thousand minutes, their child in the house."""
    model = large({"public_care.level": level, "public_care.share": share})
    people = model.people
    model.month = 0
    people.health[:], people.living[:], people.need[:] = MODERATE, WITH_CHILD, 0
    people.need[people.kind == ELDER, MEALS] = 1_000
    model.world.hours[:] = 0
    return model


@pytest.mark.parametrize(("level", "each"), [("none", 0), ("mild", 500), ("moderate", 500), ("severe", 0)])
def test_government_meets_half_from_the_level_on_and_pays_by_the_hour(level, each):
    model = in_need(level)
    elders = model.people.kind == ELDER
    public_care.run(model)
    assert (model.people.need[elders, MEALS] == 1_000 - each).all()
    assert model.world.hours[0, PROFESSIONAL].sum() == each * elders.sum()
    assert model.world.posted[0].care_government == each * elders.sum() * PRICE // 60


def test_the_family_gives_less_but_not_as_much_less_as_the_public_gives():
    """Nine tenths of a thousand before, of five hundred after: 450 fewer for 500 public minutes."""
    given = []
    for level in ("none", "moderate"):
        model = in_need(level)
        public_care.run(model)
        needs.run_family(model)
        given.append(model.world.hours[0, FAMILY].sum() / (model.people.kind == ELDER).sum())
    assert np.allclose(given, [900, 450])

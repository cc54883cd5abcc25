"""Who has gone leaves no trace in the person table: the slot's row is as declared."""

from __future__ import annotations

import numpy as np
import pytest
from runs import CARE, EVERYTHING, SHORT_LEADS, rows, small

import sim
from sim.state.codes import FREE
from sim.state.fields import COLUMNS

PLACES = ("neighbour",)  # belong to the place, whoever lives there
MONTHS = 36


def traces(model: sim.MutualAidModel) -> tuple[int, list[str]]:
    """Number of slots that somebody left, and the columns in which a row is not as declared."""
    left, found = 0, set()
    for v in range(len(model.world.used)):
        table = rows(model, v)
        free = table["kind"] == FREE
        left += int(free.sum())
        found |= {
            name
            for name, field in COLUMNS.items()
            if name not in PLACES and (table[name][free] != field.initial).any()
        }
    return left, sorted(found)


@pytest.mark.parametrize("form", ["pool", "pairs", "teams"])
@pytest.mark.parametrize("on", [{}, {**CARE, **EVERYTHING, **SHORT_LEADS}], ids=["default", "all parts on"])
def test_a_leavers_row_is_as_declared_at_the_end_of_the_month(on: dict[str, object], form: str) -> None:
    model = small({**on, "matching.form": form, "business.kind": "portfolio"})
    emptied = 0
    for _ in range(MONTHS):
        model.step()
        left, found = traces(model)
        assert found == []
        emptied += left
    assert emptied > MONTHS  # more than one empty slot a month, or nothing was asked


@pytest.mark.parametrize("reason", ["death", "departure"])
def test_a_row_ended_by_hand_is_as_declared_but_for_its_serial(reason: str) -> None:
    model = small({"clearing.on": True})
    model.run(12)
    view = next(iter(model.agents_by_type[sim.Elder if reason == "death" else sim.Volunteer]))
    serial = view.serial
    before = traces(model)[0]
    model.end_person(view, reason)
    left, found = traces(model)
    assert left == before + 1
    assert found == ([] if serial == 0 else ["serial"])
    model.audit()
    model.step()
    model.audit()


def test_a_serial_given_by_hand_is_given_once_a_month() -> None:
    model = small()
    model.run(1)
    given = []
    for _ in range(3):
        view = model.add_person(1, 70, "woman")
        given.append(view.unique_id)
        model.end_person(view, "departure")
    assert len(np.unique(given)) == len(given)

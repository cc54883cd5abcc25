"""Persons are watched without a trace, and add up to what the run records of all of them."""

from __future__ import annotations

import numpy as np
import pytest
from runs import small

from experiments.evidence.persons import Watch, watched
from sim.state.codes import ELDER, UNMET

YEARS = {"horizon.end": "2026-06", "demography.rural_mortality_ratio": 1.3}  # some who gave are gone


@pytest.fixture(scope="module")
def pair():
    """A plain run of 18 months and the same, watched."""
    return small(YEARS).run(), *watched(small(YEARS))


def test_a_watched_run_has_the_same_bytes(pair):
    plain, run, _ = pair
    for name in ("flow", "state", "hours", "posted", "balance"):
        assert getattr(plain.series, name).tobytes() == getattr(run.series, name).tobytes()
    assert len(run.series.flow) == 18


def test_hours_by_person_are_those_of_the_run(pair):
    """Minutes given in twelve months of eighteen; who has gone since is among the givers."""
    _, run, persons = pair
    assert persons.giver_minutes.sum() == run.series.flow["time_aid"][6:].sum() > 0
    assert 0 < persons.given.sum() <= persons.giver_minutes.sum()
    assert (persons.giver_minutes > 0).all()


def test_need_by_state_is_that_of_the_run(pair):
    _, run, persons = pair
    assert persons.unmet.sum() == run.series.hours[6:, :, UNMET].sum() > 0
    assert persons.elder_months.tolist() == run.series.flow["state_persons"][6:].sum(axis=(0, 1)).tolist()


def test_persons_are_those_of_the_end(pair):
    _, run, persons = pair
    last = run.series.state[-1]
    assert (persons.kind == ELDER).sum() == last["elders"].sum()
    assert len(persons.age) == (last["elders"] + last["helpers"]).sum()
    assert (persons.credit != 0).sum() == run.series.flow["accounts"][-1].sum()
    assert all(len(getattr(persons, name)) == len(persons.age) for name in ("income", "given", "received"))


def test_income_adds_up_what_a_person_has():
    """Own 1,000, business 200, allowances 50, and half of 300 from children; the next has 7 of his own."""
    model = small({"county.elders": 10}, villages=1)
    people = model.people
    for column in (people.income, people.trade_income, people.allowance, people.remit):
        column[:] = 0
    first, second = np.flatnonzero(people.kind == ELDER)[:2]
    people.income[first], people.trade_income[first] = 1_000, 200
    people.allowance[first], people.remit[first], people.income[second] = 50, 300, 7
    model.world.villages.remit_left[0] = 0.5
    watch = Watch()
    watch.month(model)
    assert sorted(watch.persons(model).income)[-2:] == [7, 1_400]


def test_who_takes_the_place_of_a_leaver_does_not_inherit_hours():
    """Sixty minutes of one who has left stay among the givers; the newcomer in the same row has none."""
    model = small({"county.elders": 10}, villages=1)
    watch, people = Watch(), model.people
    people.given[:] = 0
    row = int(np.flatnonzero(people.kind == ELDER)[0])
    people.given[row] = 60
    watch.month(model)
    people.serial[row], people.given[row] = 77_777, 0
    watch.month(model)
    persons = watch.persons(model)
    assert persons.giver_minutes.tolist() == [60] and persons.given.sum() == 0

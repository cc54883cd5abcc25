"""Counties of different seeds, draws and sizes in one model: the rows that each alone would leave."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from experiments.command.scenario import Scenario
from experiments.study import side_by_side, simulate
from experiments.study.plan import Task
from experiments.study.side_by_side import cut, month_bytes, weight
from experiments.study.simulate import simulate as alone
from experiments.study.simulate import simulate_many
from experiments.study.store import RunRecord

BASE = sim.Parameters().replace(
    {
        "county.villages": 2,
        "county.elders": 8,
        "horizon.spin_up": 0,
        "horizon.end": "2025-12",
    }
)
counties = st.fixed_dictionaries(
    {
        "county.villages": st.integers(1, 5),
        "county.elders": st.integers(4, 20),
        "canteen.food": st.floats(2.0, 4.0),
        "viability.hours": st.sampled_from([0.6, 0.6, 0.4]),
        "sharing.on": st.sampled_from([False, False, True]),
    }
)


def same(one: RunRecord, other: RunRecord) -> bool:
    """Every byte but the time taken."""
    rows = [{**record.row, "cpu_seconds": 0.0} for record in (one, other)]
    return rows[0] == rows[1] and one.villages == other.villages and one.series == other.series


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(counties, st.integers(0, 3), st.booleans()), min_size=2, max_size=7), st.data())
def test_rows_of_a_bundle_across_seeds_and_sizes_are_those_of_runs_alone(wanted, data):
    """Seeds, sizes, thresholds, switches and what is kept differ; so does how many stand in one model."""
    tasks = [
        Task(Scenario(str(at), BASE.replace(changes)), seed, 5, keep_series=kept)
        for at, (changes, seed, kept) in enumerate(wanted)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(side_by_side, "ELDERS", data.draw(st.integers(10, 200)))
        found = simulate_many(tasks)
    assert all(record.row["error"] == "" for record in found)
    assert all(same(one, alone(task)) for one, task in zip(found, tasks, strict=True))


def test_runs_of_different_seeds_and_draws_do_stand_in_one_model(monkeypatch):
    built = []
    whole = sim.MutualAidModel.__init__

    def counted(model, parameters=None, **how):
        built.append(how["seed"])
        whole(model, parameters, **how)

    monkeypatch.setattr(sim.MutualAidModel, "__init__", counted)
    tasks = [Task(Scenario("a", BASE), at, 5, draw=at) for at in range(4)]
    assert not any(record.row["error"] for record in simulate_many(tasks))
    assert built == [[task.seed for task in tasks]]


def test_a_run_that_fails_among_other_seeds_is_a_row_and_the_others_go_on(monkeypatch):
    tasks = [Task(Scenario("a", BASE), at, 5) for at in range(3)]
    plain = simulate.record

    def faulty(task, rows, seconds):
        if task.replicate == 1:
            raise ZeroDivisionError("nobody dined")
        return plain(task, rows, seconds)

    monkeypatch.setattr(simulate, "record", faulty)
    errors = [record.row["error"] for record in simulate_many(tasks)]
    assert errors == ["", "ZeroDivisionError: nobody dined", ""]


def test_a_month_of_a_village_takes_what_the_record_holds_of_it():
    model = sim.MutualAidModel(BASE, seed=1)
    model.run(3)
    series = model.series
    held = sum(
        part.nbytes for part in (series.flow, series.state, series.hours, series.posted, series.balance)
    )
    assert held == 3 * 2 * month_bytes()


def test_room_is_taken_by_records_or_by_elders_whichever_fill_it_first(monkeypatch):
    """Two villages of eight elders over a year: 24 village-months of record, 16 elders."""
    monkeypatch.setattr(side_by_side, "RECORDS", 240 * month_bytes())
    monkeypatch.setattr(side_by_side, "ELDERS", 320)
    assert weight(BASE) == pytest.approx(24 / 240)
    assert weight(BASE.replace({"county.elders": 40})) == pytest.approx(80 / 320)


@pytest.mark.parametrize(
    "elders, sizes",
    [
        ([10], [1]),
        ([10] * 10, [10]),  # all of the room
        ([10] * 11, [5, 6]),  # a model more: filled alike
        ([100, 100], [1, 1]),
        ([300], [1]),  # larger than the room: alone
        ([60, 20, 20, 60, 40], [3, 2]),  # by size, not by number
    ],
)
def test_counties_are_cut_into_as_few_models_as_have_room(elders, sizes, monkeypatch):
    monkeypatch.setattr(side_by_side, "weight", lambda county: county / 100)
    spans = cut(elders)
    assert [len(span) for span in spans] == sizes
    assert spans[0].start == 0 and spans[-1].stop == len(elders)
    assert all(before.stop == after.start for before, after in pairwise(spans))


def test_results_come_with_their_place_whether_side_by_side_alone_or_failed(monkeypatch):
    """Two that go together, one whose switch differs, one whose draw does not fit."""
    odd = BASE.replace({"sharing.on": True})
    tasks = [Task(Scenario(str(at), p), at, 5) for at, p in enumerate((BASE, odd, BASE, odd))]
    plain = simulate.play

    def faulty(task):
        if task.replicate == 3:
            raise ZeroDivisionError("nobody dined")
        return plain(task)

    monkeypatch.setattr(simulate, "play", faulty)
    monkeypatch.setattr(simulate, "must_share", lambda p: p if p.sharing.on else 0)
    monkeypatch.setattr(simulate, "_together", together_but_odd(simulate._together))
    found = {at: result for at, result, _ in simulate.results_of(tasks)}
    assert sorted(found) == [0, 1, 2, 3] and isinstance(found[3], ZeroDivisionError)
    for at in (0, 1, 2):
        assert found[at].series.flow.tobytes() == plain(tasks[at]).series.flow.tobytes()


def together_but_odd(plain):
    """Models of several counties but for those with a sharing station, which fail."""

    def together(tasks, parameters):
        if parameters[0].sharing.on:
            raise RuntimeError("not together")
        return plain(tasks, parameters)

    return together

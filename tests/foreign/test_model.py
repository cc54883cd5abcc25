"""What Python and Mesa users do with a model or a result is right, or refused in one sentence."""

from __future__ import annotations

import copy
import json
import pickle
import random
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import mesa
import numpy as np  # noqa: F401  # for the lines
import pytest
import yaml
from mesa.experimental.devs import ABMSimulator
from numba import cloudpickle
from runs import digest

import sim
from sim.engine.tables import Table
from sim.schedule import MONTH

LINES = yaml.safe_load(Path(__file__).with_name("model.yaml").read_text(encoding="utf-8"))
CHANGES = {"county.villages": 1, "county.elders": 20, "horizon.spin_up": 0, "horizon.end": "2025-06"}
PLAIN = sim.Parameters().replace(CHANGES)
FOOD = (sim.Modifier("canteen.food", "set", 4.5), sim.Modifier("families.share_80s", "scale", 0.5, start=2))


def made(**options: Any) -> sim.MutualAidModel:
    """A small model."""
    return sim.MutualAidModel(**{"parameters": PLAIN, **options})


def run(model: sim.MutualAidModel) -> str:
    """What a model did by its horizon."""
    model.run()
    model.audit()
    return digest(model)


def after(model: sim.MutualAidModel, months: int) -> sim.MutualAidModel:
    """The model some months later."""
    model.run(months)
    return model


def while_running(model: sim.MutualAidModel) -> sim.MutualAidModel:
    """Driven as Mesa's tutorial does, a hundred months at most."""
    while model.running and model.steps < 100:
        model.step()
    return model


def sent(value: Any) -> Any:
    """What arrives in another process."""
    return pickle.loads(pickle.dumps(value))


def cloud(value: Any) -> Any:
    """The same by way of cloudpickle."""
    return pickle.loads(cloudpickle.dumps(value))


def same(one: sim.Result, other: sim.Result) -> bool:
    """Whether the tables of two results are the same."""
    names = ("villages", "county", "viability")
    return (
        all(getattr(one, name).equals(getattr(other, name)) for name in names) and one.months == other.months
    )


def simulator(model: sim.MutualAidModel) -> Any:
    """Mesa's simulator of a model."""
    driver = ABMSimulator()
    driver.setup(model)
    return driver


class Own(mesa.Agent):
    """An agent of a user's own."""


class Collected(sim.MutualAidModel):
    """A model with Mesa's collector, as `batch_run` asks for."""

    def __init__(self, parameters: sim.Parameters = PLAIN, **options: Any) -> None:
        super().__init__(parameters, **options)
        self.datacollector = mesa.DataCollector({"elders": lambda one: len(one.agents_by_type[sim.Elder])})

    def step(self) -> None:
        """A month and its numbers."""
        super().step()
        self.datacollector.collect(self)


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the lines may speak of."""
    ours: Any = {name: value for name, value in globals().items() if not name.startswith(("test", "_"))}
    model = made(seed=3)
    ours |= {"MODEL": model, "RESULT": model.run()}
    return {**ours, "an": lambda cls: next(iter(model.agents_by_type[cls])), "json": json, "random": random}


def plain(value: Any) -> Any:
    """As YAML would say it."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if isinstance(value, bool | int | float | dict) else str(value)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("line", LINES, ids=[line["says"] for line in LINES])
def test_it_is_right_or_refused_in_one_sentence(line: dict[str, Any], names: dict[str, Any]) -> None:
    if "gives" in line:
        assert plain(eval(line["says"], names)) == line["gives"]
        return
    with pytest.raises(Exception) as refusal:
        eval(line["says"], names)
    sentence = f"{type(refusal.value).__name__}: {refusal.value}"
    assert re.match(line["refused"], sentence), sentence
    if "datacollector" not in sentence:  # that one is Mesa's
        assert "\n" not in sentence and ". " not in sentence


def test_a_table_that_is_copied_finds_its_own_arrays() -> None:
    """Its address is remembered, and is that of the arrays it was asked for."""
    model = made()
    tables = [model.people, model.world, model.ledger.books]
    for table in tables:
        assert isinstance(table, Table) and table.address
        for change in (copy.copy, copy.deepcopy, sent):
            copied = change(table)
            assert copied.address and copied.words[0] == copied[0].ctypes.data
            assert (copied.words[0] == table.words[0]) == (change is copy.copy)


def tables_of(seed: int) -> sim.Result:
    """A run, as a process sends it."""
    return made(seed=seed).run()


def test_results_come_from_other_processes() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert [same(*pair) for pair in zip(pool.map(tables_of, [1, 2]), map(tables_of, [1, 2]), strict=True)]


def test_models_run_in_threads_side_by_side() -> None:
    seeds = list(range(1, 9))
    alone = [run(made(seed=seed)) for seed in seeds]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda seed: run(made(seed=seed)), seeds)) == alone


def test_a_month_that_was_broken_off_is_not_gone_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt leaves half a month; the tables of the months before stand."""
    model = after(made(), 2)
    broken = MONTH[len(MONTH) // 2]

    def interrupt(model: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(broken), "run", lambda row, model: row is broken and interrupt(model))
    with pytest.raises(KeyboardInterrupt):
        model.step()
    monkeypatch.undo()
    for going_on in (model.step, model.snapshot, model.run):
        with pytest.raises(RuntimeError, match=r"^month 2025-03 was begun and not finished[^.]*$"):
            going_on()
    assert sim.Result(model).months == ["2025-01", "2025-02"]


def test_a_model_is_stepped_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second step within a month is refused, and the first goes on."""
    model = made()
    refused = []

    def within(row: Any, model: sim.MutualAidModel) -> None:
        if not refused:
            with pytest.raises(RuntimeError, match="in another thread"):
                model.step()
            refused.append(row)

    monkeypatch.setattr(type(MONTH[0]), "run", within)
    model.step()
    assert len(refused) == 1 and model.month == 1


def test_a_drawn_seed_is_one_for_counties_side_by_side() -> None:
    model = made(parameters=[PLAIN, PLAIN], seed=None)
    first, second = model.counties.seeds
    assert first == second == model.seed_number

"""What waits for a signpost is told in the account of a village, with the month in which it fired."""

from __future__ import annotations

from runs import QUIET, SMALL, parameters

from experiments.command.scenario import Scenario
from experiments.report import explain, explain_triggers
from experiments.study.plan import Task
from experiments.study.simulate import play
from sim.state.codes import NEVER
from sim.state.triggers import Trigger
from sim.state.values import Modifier

MANY = Trigger("volunteers_per_100", "above", 0.0, 3)


def test_a_trigger_is_told_before_in_and_after_the_month_it_fires() -> None:
    modifiers = (
        Modifier("canteen.food", "add", 1.0, when=MANY),
        Modifier("canteen.cook", "scale", 1.1, when=MANY, villages=(77,)),
    )
    world = parameters({**SMALL, **QUIET, "county.villages": 4, "horizon.end": "2026-02"})
    task = Task(Scenario("waits", world, modifiers=modifiers), 0, 3)
    result = play(task)
    fired = next(iter(result.model.values.watched.values())).fired
    v = int((fired != NEVER).argmax())
    month = int(fired[v])
    assert 3 <= month < 12
    before, now, after = (
        explain.find(result, v + 1, result.months[at], task) for at in (month - 1, month, month + 1)
    )
    assert [int(place.values["canteen"]["food"]) for place in (before, now, after)] == [250, 350, 350]
    told = [explain_triggers.told(place) for place in (before, now, after)]
    assert "canteen.food, add 1, when volunteers_per_100 above 0 for 3 months in a row" in told[0]
    assert [text.rpartition(": ")[2] for text in told] == [
        "not fired so far", "fires in this month", f"fired in {result.months[month]}",
    ]  # fmt: skip
    assert "canteen.cook" not in told[0]
    assert told[1] in explain.chain(result, v + 1, result.months[month], task)


def test_without_a_trigger_nothing_is_told() -> None:
    world = parameters({**QUIET, "county.villages": 2, "horizon.end": "2025-03"})
    task = Task(Scenario("plain", world, modifiers=(Modifier("canteen.food", "add", 1.0),)), 0, 3)
    result = play(task)
    assert explain_triggers.told(explain.find(result, 1, "2025-02", task)) == ""

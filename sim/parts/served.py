"""Elders served: who ate and who was helped this month, by person; nothing is changed, only counted.

State   none.
Month   `run` at the end: an elder is served by meals over `reported.full_meals` and hours of organised help
        over `reported.full_hours`, one at most. Visits are counted apart (`visits.py`), enrolment not at all.
Off     not; nothing reads the count, so that a run without meals and help counts nobody.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.state.codes import ELDER
from sim.state.fields import flow
from sim.state.people import residents

flow("needy_reached", unit="persons", label="of the elders in need, those with help or meals this month")
flow("served_persons", unit="persons", label="elders served, each by the share of the month", dtype="f8")


@inner
def served(people, i, meals, reported):
    """Share of an elder's month that is served."""
    eaten = meals / reported.full_meals if people.dines[i] > 0 else 0.0
    return min(eaten + people.received[i] / reported.full_hours, 1.0)


@kernel
def count_served(people, world, values):
    """Sum over the elders of each village; meals of the month go to its diners alike."""
    for v in range(len(world.used)):
        reported, flow = values.reported[v], world.flow[v]
        meals = flow.meals / max(flow.diners, 1)
        for i in residents(world, v):
            got = people.dines[i] > 0 or people.received[i] > 0
            if got and people.kind[i] == ELDER:
                flow.served_persons += served(people, i, meals, reported)
                flow.needy_reached += people.needy[i]


def run(model) -> None:
    """Elders served this month."""
    count_served(model.people, model.world, model.values.table)

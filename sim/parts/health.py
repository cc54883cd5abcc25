"""M2 Health: a monthly chain over robust, mild, moderate, severe by age and sex; dementia; recovery.

State: health and dementia of each elder (columns of the person table).
Month: one step of the chain for everybody, held during spin-up; then elders are counted by state.
Off: nobody's health changes; the count goes on.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.start import tables
from sim.state.codes import CHAIN, COURSES, ELDER, HAZARD, ROBUST, SEVERE
from sim.state.fields import flow
from sim.state.parameters import choice, par, section, switch
from sim.state.people import identity_of, residents, years_of

BY_HAZARD = ("course=hazard",)
PUBLISHED = "Silverman, Hilton, Noble and Bijak 2013, doi 10.7148/2013-0689 (United Kingdom); range assumed"


@section("health")
class Health:
    """Levels are solved so that the start keeps pattern C3; scales move the months after."""

    on: bool = switch(True, doc="off: nobody's health changes")
    worsen_scale: float = par(
        1.0,
        unit="ratio",
        low=0.7,
        high=1.4,
        doc="worsening over the level that keeps C3",
        source="assumption; shapes by age and sex from CLHLS (Math. Problems in Engineering 2022, 7980111)",
        live=False,
    )
    recover_scale: float = par(
        1.0,
        unit="ratio",
        low=0.5,
        high=1.5,
        doc="recovery over the CLHLS level",
        source="assumption; CLHLS shapes",
        live=False,
    )
    risk_scale: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=1.5,
        doc="strength of the relative risks of death by state (0: none)",
        source="CLHLS deaths by state",
        grade="C",
        live=False,
    )
    dementia_risk: float = par(
        2.5,
        unit="ratio",
        low=1.5,
        high=4.0,
        doc="death rate with dementia over without; the mean keeps the WPP schedule",
    )
    dementia_scale: float = par(
        1.0,
        unit="ratio",
        low=0.5,
        high=1.5,
        doc="dementia incidence",
        source="Chen 2011 PLoS ONE: 14.7 (11.3-18.2) per 1,000 at 65+",
        grade="C",
    )
    course: str = choice(
        CHAIN,
        choices=COURSES,
        doc=(
            "how need of care comes; chain: worse and better by age, sex and state; hazard: worse by age and "
            "sex alone, never better"
        ),
        source="design choice; hazard: Silverman et al. 2013, doi 10.7148/2013-0689",
    )
    hazard_base: float = par(
        0.0002,
        unit="share/year",
        low=0.0,
        high=0.01,
        doc="hazard of falling a level at every age",
        source=PUBLISHED,
        live=False,
        only=BY_HAZARD,
    )
    hazard_scale: float = par(
        0.0008,
        unit="share/year",
        low=0.0004,
        high=0.0016,
        doc="part of the hazard that rises with age, at age nought",
        source=PUBLISHED,
        live=False,
        only=BY_HAZARD,
    )
    hazard_span_men: float = par(
        18.0,
        unit="years",
        low=14.0,
        high=24.0,
        doc="years in which the rising part grows by e, of men",
        source=PUBLISHED,
        live=False,
        only=BY_HAZARD,
    )
    hazard_span_women: float = par(
        19.0,
        unit="years",
        low=14.0,
        high=24.0,
        doc="years in which the rising part grows by e, of women",
        source=PUBLISHED,
        live=False,
        only=BY_HAZARD,
    )
    two_levels: float = par(
        0.2,
        unit="share",
        low=0.0,
        high=0.5,
        doc="falls by two levels at once",
        source=PUBLISHED,
        live=False,
        only=BY_HAZARD,
    )
    three_levels: float = par(
        0.1,
        unit="share",
        low=0.0,
        high=0.5,
        doc="falls by three levels at once; published: by three .05, by four .05",
        source=PUBLISHED,
        live=False,
        only=BY_HAZARD,
    )


flow("state_persons", unit="persons", label="elders by health state", shape=(4,))
flow("demented", unit="persons", label="elders with dementia")
flow(
    "living_persons",
    unit="persons",
    label="elders by living arrangement: with a child, couple, alone, in the village home",
    shape=(4,),
)

CHANGE = Purpose("health.change")
DEMENTIA = Purpose("health.dementia")


@inner
def fall_of(health, hazard, drawn):
    """Levels of one fall, by the chain always one; `drawn` is even between nought and one."""
    if not hazard:
        return 1
    if drawn < health.three_levels:
        return 3
    return 2 if drawn < health.three_levels + health.two_levels else 1


@inner
def next_state(people, i, county, years, worsen, recover, drawn, health, hazard):
    """Health of an elder after a month: one draw decides between worse, better and the same, and how far."""
    sex, state = people.sex[i], people.health[i]
    if state < SEVERE:
        chance = worsen[county, sex, years, state]
        if drawn < chance:
            return min(state + fall_of(health, hazard, drawn / chance), SEVERE)
    if state > ROBUST and drawn > 1.0 - recover[county, sex, years, state - 1]:
        return state - 1
    return state


@kernel
def change(people, world, values, worsen, recover, dementia, keys, dementia_keys, hazard):
    """One step of the chain for every elder, and who falls ill with dementia.

    `worsen` and `recover` (counties, sexes, ages, 3) monthly chances, `dementia` (ages) of falling ill;
    `hazard` whether falls may go several levels down.
    """
    for v in range(len(world.used)):
        county = world.county[v]
        key, dementia_key = keys[county], dementia_keys[county]
        health = values.health[v]
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            identity = identity_of(world.villages[v].number, people.serial[i])
            years, drawn = years_of(people, i), uniform(key, identity, 0)
            people.health[i] = next_state(people, i, county, years, worsen, recover, drawn, health, hazard)
            if (
                people.dementia[i] == 0
                and uniform(dementia_key, identity, 0) < dementia[years] * health.dementia_scale
            ):
                people.dementia[i] = 1


@kernel
def count(people, world):
    """Elders by state and living arrangement."""
    for v in range(len(world.used)):
        flow = world.flow[v]
        for i in residents(world, v):
            if people.kind[i] == ELDER:
                flow.state_persons[people.health[i]] += 1
                flow.living_persons[people.living[i]] += 1
                flow.demented += people.dementia[i]


def run_change(model) -> None:
    """The chain; held during spin-up."""
    if not model.parameters.health.on or model.month < 0:
        return
    change(
        model.people,
        model.world,
        model.values.table,
        model.chances.worsen,
        model.chances.recover,
        tables.dementia_tables()[1],
        model.keys(CHANGE),
        model.keys(DEMENTIA),
        model.parameters.health.course == HAZARD,
    )


def run_count(model) -> None:
    """Monthly counts by state."""
    count(model.people, model.world)

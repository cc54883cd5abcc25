"""Counties side by side in one model.

The same bytes as one model each, and a clear word where they may not differ.
"""

import numpy as np
import pytest
from runs import CARE, EVERYTHING

import sim
from experiments.command.scenario import Scenario, arm, patched
from experiments.study import simulate as simulation
from experiments.study.plan import Task
from experiments.study.side_by_side import Rows
from experiments.study.simulate import simulate, simulate_many
from experiments.study.store import RunRecord
from sim.state.codes import PAYERS
from sim.state.counties import must_share
from sim.state.parameters import ParameterError, declarations
from sim.state.values import Modifier

BASE = sim.Parameters().replace(
    {"county.villages": 5, "county.elders": 40, "county.stratified": True, "horizon.spin_up": 6}
)
ARMS = [
    {**arm("funding", "jiangxi"), **arm("business", "none")},
    {**arm("funding", "four_payers"), **arm("business", "tourism"), "solvency.relief": "money"},
    {**arm("funding", "government_led"), **arm("business", "portfolio"), "business.payer": "society"},
    {**arm("funding", "four_payers"), **arm("business", "deposit"), "funding.basis": "envelope"},
    {**arm("funding", "identical_payers"), **arm("business", "agriculture")},
    {**arm("funding", "no_money"), **arm("business", "handicraft")},
    {
        **arm("funding", "seed_taper"),
        "timebank.price_per_hour": 0.5,
        "families.arrears": 0.3,
        "viability.hours": 0.3,
        "plan.menu_end": "station_days",
    },
]


def same(a: sim.Result, b: sim.Result) -> bool:
    pairs = ("flow", "state", "hours", "posted", "balance")
    return all(getattr(a.series, n).tobytes() == getattr(b.series, n).tobytes() for n in pairs)


@pytest.mark.parametrize("coupled", [True, False])
def test_counties_side_by_side_are_the_same_bytes_as_one_model_each(coupled: bool) -> None:
    base = BASE.replace({"county.couplings": coupled})
    worlds = [patched(base, changes) for changes in ARMS]
    together = sim.MutualAidModel(worlds, seed=11)
    together.run(30)
    together.audit()
    for world, result in zip(worlds, together.results, strict=True):
        alone = sim.MutualAidModel(world, seed=11).run(30)
        assert same(alone, result)
        assert alone.verdict.classes.tolist() == result.verdict.classes.tolist()
        assert result.states.number.tolist() == [1, 2, 3, 4, 5]


def test_each_county_fronts_its_envelope_at_its_own_discount() -> None:
    base = BASE.replace({"plan.on": False, "funding.basis": "envelope", "funding.profile": "front"})
    worlds = [base.replace({"economy.discount": rate}) for rate in (0.0, 0.08)]
    together = sim.MutualAidModel(worlds, seed=11)
    together.run(12)
    alone = [sim.MutualAidModel(world, seed=11).run(12) for world in worlds]
    assert all(map(same, alone, together.results)) and not same(*alone)


def test_townships_and_platforms_of_counties_side_by_side_do_not_mix() -> None:
    base = BASE.replace(
        {
            **CARE,
            "county.townships": 2,
            "clearing.scope": "county",
            "clearing.cash_share": 1.0,
            "matching.platform": 0,
            "referral.hours": 2.0,
            "county.facility_share": 1.0,
            "solvency.start_cash": 12.0,
        }
    )
    worlds = [patched(base, changes) for changes in ARMS[::2]]
    together = sim.MutualAidModel(worlds, seed=11)
    together.run(18)
    together.audit()
    for world, result in zip(worlds, together.results, strict=True):
        assert same(sim.MutualAidModel(world, seed=11).run(18), result)
    assert together.series.flow["platform_got"].any() and together.series.flow["referral_minutes"].any()
    between = together.series.amount("settlement_paid") - together.series.amount("settlement_got")
    assert between.any() and all(not between[:, mine].sum(axis=1).any() for mine in together.counties.groups)


@pytest.mark.parametrize("coupled", [True, False])
def test_counties_with_every_mechanism_do_not_hear_of_each_other(coupled: bool) -> None:
    """Roll-out, pilots, homes and squeezes go by county."""
    base = BASE.replace({**EVERYTHING, "county.couplings": coupled, "county.facility_share": 0.4})
    worlds = [
        patched(base, c)
        for c in (
            ARMS[0],
            {**ARMS[2], "government.pilots": 0.2},
            {**ARMS[4], "government.squeeze_depth": 0.4},
        )
    ]
    together = sim.MutualAidModel(worlds, seed=11)
    together.run(20)
    together.audit()
    for world, result in zip(worlds, together.results, strict=True):
        assert same(sim.MutualAidModel(world, seed=11).run(20), result)


def test_each_county_has_its_own_modifiers() -> None:
    busier = Modifier("visits.cadre_hours", "scale", 2.0, start=3)
    together = sim.MutualAidModel([BASE, BASE], seed=4, modifiers=[(), (busier,)])
    together.run(12)
    first, second = together.results
    assert same(first, sim.MutualAidModel(BASE, seed=4).run(12))
    assert same(second, sim.MutualAidModel(BASE, seed=4, modifiers=(busier,)).run(12))
    assert not np.array_equal(first.series.flow["offered"], second.series.flow["offered"])


@pytest.mark.parametrize(
    "path, value",
    [
        ("horizon.spin_up", 5),
        ("sharing.on", True),
        ("government.on", False),
        ("matching.form", "pairs"),
    ],
)
def test_what_counties_must_share_is_refused(path: str, value: object) -> None:
    other = BASE.replace({path: value})
    assert must_share(other) != must_share(BASE)
    with pytest.raises(ParameterError, match="must share"):
        sim.MutualAidModel([BASE, other], seed=1)


NUMBERS = [d for d in declarations().values() if d.kind in (int, float) and d.low is not None]
KEPT_SMALL = (
    "horizon.",
    "county.villages",
    "county.elders",
    "county.helpers",
    "county.size",
    "county.share_",
)
ON = {**EVERYTHING, **CARE, "clearing.scope": "county", "business.kind": "portfolio", "points.month": 2}


def anything(rng: np.random.Generator, couplings: bool) -> sim.Parameters:
    """All parts on, every number anywhere in its range, another size each time."""
    drawn = {d.path: d.kind(rng.uniform(d.low, d.high)) for d in NUMBERS if not d.path.startswith(KEPT_SMALL)}
    sizes = {"county.villages": int(rng.integers(1, 6)), "county.elders": int(rng.integers(5, 60))}
    shares = rng.dirichlet(np.ones(4))
    payers = {f"funding.share_{p}": float(x) for p, x in zip(PAYERS, shares, strict=True)}
    months = {"horizon.spin_up": 3, "horizon.end": "2027-06", "county.couplings": couplings}
    return sim.Parameters().replace({**ON, **drawn, **sizes, **payers, **months})


@pytest.mark.parametrize("pair", range(20))
def test_any_two_counties_side_by_side_are_as_alone(pair: int) -> None:
    """Numbers, seeds and sizes differ; months, switches, words and couplings do not."""
    rng = np.random.default_rng(1_000 + pair)
    counties = [anything(rng, pair % 2 == 0) for _ in range(2)]
    seeds = [int(x) for x in rng.integers(0, 2**40, 2)]
    together = sim.MutualAidModel(counties, seed=seeds)
    together.run()
    together.audit()
    for parameters, seed, result in zip(counties, seeds, together.results, strict=True):
        assert same(sim.MutualAidModel(parameters, seed=seed).run(), result)


def test_agents_and_snapshots_belong_to_one_county() -> None:
    together = sim.MutualAidModel([BASE, BASE], seed=1, spin_up=False)
    for ask in (lambda: together.agents, together.snapshot, lambda: together.agents_by_type):
        with pytest.raises(ParameterError, match="model of one county"):
            ask()


def test_a_run_in_a_bundle_leaves_the_same_rows_and_a_fault_stays_with_its_own_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = BASE.replace({"horizon.end": "2026-12"})
    tasks = [Task(Scenario(str(k), patched(short, c)), k // 6, 5) for k, c in enumerate(ARMS)]
    alone, together = [simulate(t) for t in tasks], simulate_many(tasks)
    for a, b in zip(alone, together, strict=True):
        assert a.villages is not None and a.villages.equals(b.villages) and a.series == b.series
        assert {k: v for k, v in a.row.items() if k != "cpu_seconds"} == {
            k: v for k, v in b.row.items() if k != "cpu_seconds"
        }
    plain = simulation.record

    def faulty(task: Task, rows: Rows, seconds: float) -> RunRecord:
        if task.scenario.name == "2":
            raise ZeroDivisionError("no villages")
        return plain(task, rows, seconds)

    monkeypatch.setattr(simulation, "record", faulty)
    errors = [o.row["error"] for o in simulate_many(tasks)]
    assert errors[2] == "ZeroDivisionError: no villages" and not any(errors[:2] + errors[3:])

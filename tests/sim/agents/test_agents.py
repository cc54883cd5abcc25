"""The model as a Mesa user sees it: sets, views, DataCollector, people who come and go, memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from collections import Counter
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from runs import digest, small

import sim
from sim.agents import agents, views
from sim.parts import demography
from sim.state.codes import COUPLE, ELDER, FREE, HELPER

TINY = {"county.villages": 1, "county.elders": 20, "horizon.spin_up": 0}


@pytest.fixture
def model() -> sim.MutualAidModel:
    """Three villages after four months."""
    made = small()
    made.run(4)
    return made


def of_kind(model: sim.MutualAidModel, kind: int) -> np.ndarray:
    """Rows of the person table, found without the layer under test."""
    return np.flatnonzero(model.people.kind == kind)


def a_view(model: sim.MutualAidModel, cls: type) -> Any:
    """The first view of a class."""
    return next(iter(model.agents_by_type[cls]))


# -- sets ----------------------------------------------------------------------------------------------------
# ----------
def test_every_elder_and_helper_of_the_table_is_an_agent_once(model: sim.MutualAidModel) -> None:
    for cls, kind in ((sim.Elder, ELDER), (sim.Volunteer, HELPER)):
        found = model.agents_by_type[cls]
        assert len(found) == len(of_kind(model, kind)) == len({a.unique_id for a in found}) > 0
    people = len(of_kind(model, ELDER)) + len(of_kind(model, HELPER))
    families, collectives, county_funders = 3, 3, 3
    assert len(model.agents) == len(list(model.agents)) == people + families + collectives + county_funders
    assert len({a.unique_id for a in model.agents}) == len(model.agents)
    assert set(model.agent_types) == {sim.Elder, sim.Volunteer, sim.VillageCollective, sim.Funder}


def test_select_by_age_finds_whom_the_table_holds(model: sim.MutualAidModel) -> None:
    old = model.agents_by_type[sim.Elder].select(lambda e: e.age > 80)
    rows = of_kind(model, ELDER)
    assert len(old) == (model.people.age[rows] > 80 * 12).sum() > 0
    assert all(isinstance(e, sim.Elder) and e.age > 80 for e in old)


def test_selections_keep_their_members_through_every_further_step(model: sim.MutualAidModel) -> None:
    wanted = int((model.people.age[of_kind(model, ELDER)] > 70 * 12).sum())
    found = (
        model.agents_by_type[sim.Elder].select(lambda e: e.age > 65).shuffle().select(lambda e: e.age > 70)
    )
    gc.collect()
    assert len(found) == wanted > 0
    found = found.sort("age", ascending=True)
    gc.collect()
    ages = found.get("age")
    assert len(ages) == wanted and ages == sorted(ages)
    found.shuffle(inplace=True)
    found.select(lambda e: e.age > 75, inplace=True)
    gc.collect()
    assert len(found) == sum(a > 75 for a in ages)
    assert len(found.select(at_most=2)) == min(2, len(found))


def test_agg_and_get_agree_with_numpy_on_the_columns(model: sim.MutualAidModel) -> None:
    elders, rows = model.agents_by_type[sim.Elder], of_kind(model, ELDER)
    assert elders.agg("age", np.mean) == pytest.approx(model.people.age[rows].mean() / 12)
    income = model.people.income[rows].astype(np.int64)
    assert elders.agg("income_fen_per_month", [min, max, sum]) == [income.min(), income.max(), income.sum()]
    assert elders.get("credit_min") == model.people.credit[rows].tolist()
    pairs = elders.get(["age", "trust"])
    assert pairs == [[e.age, e.trust] for e in elders]
    assert elders.get("no_such", handle_missing="default", default_value=7) == [7] * len(rows)
    with pytest.raises(AttributeError):
        elders.get("no_such")


def test_groupby_living_arrangement_counts_the_column(model: sim.MutualAidModel) -> None:
    codes = Counter(model.people.living[of_kind(model, ELDER)].tolist())
    groups = model.agents_by_type[sim.Elder].groupby("living_arrangement")
    gc.collect()
    words = ("with_child", "couple", "alone")
    assert groups.count() == {words[code]: n for code, n in codes.items()}
    assert sum(groups.agg("age", len).values()) == sum(codes.values())


def test_do_and_map_reach_everybody_in_any_order(model: sim.MutualAidModel) -> None:
    elders = model.agents_by_type[sim.Elder]
    met: list[int] = []
    elders.shuffle_do(lambda e: met.append(e.unique_id))
    assert sorted(met) == sorted(elders.map(lambda e: e.unique_id)) and met != sorted(met)
    model.agents.do("step")


def test_set_writes_a_column_of_one_kind_and_leaves_the_other(model: sim.MutualAidModel) -> None:
    before = model.people.motivation[of_kind(model, HELPER)].copy()
    model.agents_by_type[sim.Elder].set("motivation", 0.25)
    assert (model.people.motivation[of_kind(model, ELDER)] == 0.25).all()
    assert (model.people.motivation[of_kind(model, HELPER)] == before).all()


def test_the_models_own_set_refuses_members_from_outside(model: sim.MutualAidModel) -> None:
    elders = model.agents_by_type[sim.Elder]
    for change in (elders.add, elders.discard, elders.remove):
        with pytest.raises(TypeError, match=r"add_person.*end_person"):
            change(a_view(model, sim.Elder))


def test_a_users_own_agent_lives_beside_ours_and_can_go(model: sim.MutualAidModel) -> None:
    class Inspector(mesa.Agent):
        pass

    before = len(model.agents)
    taken = {a.unique_id for a in model.agents}
    own = Inspector(model)
    assert own in model.agents and own.unique_id not in taken and len(model.agents) == before + 1
    assert list(model.agents_by_type[Inspector]) == [own]
    own.remove()
    assert own not in model.agents and len(model.agents) == before


# -- views ---------------------------------------------------------------------------------------------------
# ----------
def test_one_person_is_one_object_while_somebody_holds_it(model: sim.MutualAidModel) -> None:
    held = {e.unique_id: e for e in list(model.agents_by_type[sim.Elder])}
    assert all(held[e.unique_id] is e for e in model.agents_by_type[sim.Elder])
    e = next(iter(held.values()))
    assert (
        e in model.agents
        and e in model.agents_by_type[sim.Elder]
        and e not in model.agents_by_type[sim.Volunteer]
    )
    assert e not in small().agents


def test_spouses_are_each_others_spouse(model: sim.MutualAidModel) -> None:
    married = model.agents_by_type[sim.Elder].select(lambda e: e.spouse is not None)
    assert len(married) > 0
    assert all(e.spouse.spouse is e and e.spouse.village == e.village for e in married)


def test_a_collective_shows_the_columns_of_its_village(model: sim.MutualAidModel) -> None:
    for v, collective in enumerate(model.agents_by_type[sim.VillageCollective]):
        assert collective.unique_id == collective.number == model.world.villages.number[v]
        assert collective.cash_fen == model.ledger.balance.cash[v]
        assert collective.payables_fen == model.world.villages.bills[v].sum() >= 0
        assert collective.visits_due == model.world.flow.visits_due[v].tolist()
        assert collective.paid_government_fen == model.ledger.amount("paid_government")[v]
        for name, word in (
            ("cash_fen", "ledger"),
            ("paid_government_fen", "ledger"),
            ("level", "model"),
            ("meals", "model"),
        ):
            with pytest.raises(AttributeError, match=word):
                setattr(collective, name, 1)
        with pytest.raises(RuntimeError, match="removed"):
            collective.remove()


def test_funders_together_paid_what_the_ledger_holds(model: sim.MutualAidModel) -> None:
    for _ in range(3):
        model.step()
        for payer in ("government", "families", "society"):
            mine = model.agents_by_type[sim.Funder].select(lambda f, payer=payer: f.payer == payer)
            assert sum(f.paid_fen for f in mine) == model.ledger.amount(f"paid_{payer}").sum()
            assert sum(f.receivable_fen for f in mine) == model.ledger.balance[f"receivable_{payer}"].sum()
            if payer != "families":
                assert sum(f.capital_fen for f in mine) == model.ledger.amount(f"capital_{payer}").sum()
                assert sum(f.setup_fen for f in mine) == model.ledger.amount(f"setup_{payer}").sum()
    families = model.agents_by_type[sim.Funder].select(lambda f: f.payer == "families")
    assert [f.due_fen for f in families] == model.ledger.amount("due_families").tolist()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("acceptance", 1.01),
        ("acceptance", -0.01),
        ("trust", float("nan")),
        ("health", 4),
        ("health", 1.5),
        ("age", 59.0),
        ("age", 200),
        ("living", "alone"),
        ("dibao", 2),
    ],
)
def test_a_view_refuses_what_is_out_of_range(model: sim.MutualAidModel, name: str, value: Any) -> None:
    elder = a_view(model, sim.Elder)
    before = getattr(elder, name)
    with pytest.raises(ValueError, match=name):
        setattr(elder, name, value)
    everybody = model.agents_by_type[sim.Elder]
    column = everybody.get(name)
    with pytest.raises(ValueError, match=name):
        everybody.set(name, value)
    assert getattr(elder, name) == before and everybody.get(name) == column


def test_a_view_writes_its_own_row_only(model: sim.MutualAidModel) -> None:
    elder, before = a_view(model, sim.Elder), model.people.acceptance.copy()
    elder.acceptance = 0.75
    elder.age = 81.5
    changed = np.flatnonzero(model.people.acceptance != before)
    assert elder.acceptance == 0.75 and changed.tolist() == [of_kind(model, ELDER)[0]]
    assert model.people.age[changed[0]] == 81 * 12 + 6


def test_credit_is_posted_and_never_assigned(model: sim.MutualAidModel) -> None:
    elder = a_view(model, sim.Elder)
    for name in ("credit", "credit_min"):
        with pytest.raises(AttributeError, match=r"ledger.*post, never assign"):
            setattr(elder, name, 60)
        with pytest.raises(AttributeError, match=r"post, never assign"):
            model.agents_by_type[sim.Elder].set(name, 60)
    for name in ("serial", "kind", "offer", "spouse", "unique_id", "mood"):
        with pytest.raises(AttributeError):
            setattr(elder, name, 1)
    model.audit()


def test_persons_are_neither_made_nor_removed_as_plain_agents(model: sim.MutualAidModel) -> None:
    for cls in (sim.Elder, sim.Volunteer):
        with pytest.raises(TypeError, match=r"model\.add_person"):
            cls(model)
        with pytest.raises(RuntimeError, match=r"model\.end_person"):
            a_view(model, cls).remove()
    for cls in (sim.VillageCollective, sim.Funder):
        with pytest.raises(TypeError, match=r"county\.villages"):
            cls(model)


def test_promotion_keeps_identity_account_and_object() -> None:
    model = small()
    helpers = model.agents_by_type[sim.Volunteer]
    helpers.set("age", 59.9)  # 719 months: all turn 60 this month
    held = list(helpers)
    model.people.credit[of_kind(model, HELPER)] = 90
    before = {id(a): (a.unique_id, a.sex, a.kin) for a in held}
    demography.run_leave(model)
    demography.run_enter(model)
    stayed = [a for a in held if a.alive]
    assert len(stayed) > len(held) / 2
    for a in stayed:
        assert type(a) is sim.Elder and a.age == 60.0 and a.credit_min == 90
        assert before[id(a)][:2] == (a.unique_id, a.sex)
        assert (
            any(e is a for e in model.agents_by_type[sim.Elder])
            and a not in model.agents_by_type[sim.Volunteer]
        )


def test_a_view_of_the_dead_says_so() -> None:
    model = small({"demography.rural_mortality_ratio": 1.3})
    held = list(model.agents_by_type[sim.Elder])
    died = int(model.run(14).series.flow["deaths"].sum())
    gone = [e for e in held if not e.alive]
    assert 0 < len(gone) <= died
    for e in gone:
        with pytest.raises(
            views.GoneError, match=rf"{e.unique_id} of village {e.unique_id >> 24} has died or left"
        ):
            e.age  # noqa: B018
        with pytest.raises(views.GoneError):
            e.acceptance = 0.5
        assert e not in model.agents and "gone" in repr(e)
    assert {e.unique_id for e in held if e.alive} <= {e.unique_id for e in model.agents_by_type[sim.Elder]}


def test_views_follow_their_person_when_blocks_are_copied() -> None:
    model = small(capacity=1.0)
    held = [(e, e.unique_id, e.age, e.income) for e in model.agents_by_type[sim.Elder]]
    start = model.world.start.copy()
    for _ in range(3):
        model.add_person(1, 70, "woman")
    assert (model.world.start[1:] > start[1:]).all()
    assert all((e.unique_id, e.age, e.income) == (identity, age, income) for e, identity, age, income in held)


# -- DataCollector
# -----------------------------------------------------------------------------------------------------
def test_datacollector_follows_elders_who_die_and_helpers_who_turn_sixty() -> None:
    model = small({"demography.rural_mortality_ratio": 1.3})
    model.agents_by_type[sim.Volunteer].set("age", 59.5)  # 714 months: they turn 60 in the sixth month
    collector = mesa.DataCollector(
        model_reporters={"elders": lambda m: len(m.agents_by_type[sim.Elder]), "month": "date"},
        agent_reporters={"age": "age", "cash": lambda a: getattr(a, "cash_fen", None)},
        agenttype_reporters={
            sim.Elder: {"age": "age", "health": "health"},
            sim.VillageCollective: {"cash": "cash_fen"},
        },
    )
    collector.collect(model)
    for _ in range(14):
        model.step()
        collector.collect(model)
    frame, flow, state = (
        collector.get_agenttype_vars_dataframe(sim.Elder),
        model.series.flow,
        model.series.state,
    )
    ids = [set(frame.loc[step].index) for step in range(15)]
    for m in range(14):
        assert len(ids[m + 1]) == state["elders"][m].sum()
        assert len(ids[m] - ids[m + 1]) == flow["deaths"][m].sum()
        assert len(ids[m + 1] - ids[m]) == flow["entrants"][m].sum()
    assert flow["deaths"].sum() > 0 and flow["entrants"][5].sum() > flow["entrants"][4].sum()
    stayed = sorted(ids[0] & ids[14])
    older = frame.loc[14].loc[stayed, "age"] - frame.loc[0].loc[stayed, "age"]
    assert older.to_numpy() == pytest.approx(14 / 12)
    cash = collector.get_agenttype_vars_dataframe(sim.VillageCollective)["cash"]
    assert (cash.loc[1:].to_numpy().reshape(14, 3) == model.series.balance["cash"]).all()
    everyone = collector.get_agent_vars_dataframe()
    assert len(everyone.loc[14]) == len(model.agents) and everyone.loc[14]["cash"].notna().sum() == 3
    assert collector.get_model_vars_dataframe()["elders"].tolist() == [len(x) for x in ids]


def test_looking_changes_not_a_byte() -> None:
    plain, seen = small(), small()
    collector = mesa.DataCollector(agent_reporters={"age": "age"})
    for _ in range(4):
        plain.step()
        collector.collect(seen)
        seen.agents_by_type[sim.Elder].shuffle_do("step")
        seen.step()
    assert digest(plain) == digest(seen)
    assert plain.steps == seen.steps == 4


# -- cost and memory
# ---------------------------------------------------------------------------------------------------
def test_sets_make_no_agent_until_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    original = views.view_of
    for module in (views, agents):  # both know it by this name
        monkeypatch.setattr(module, "view_of", lambda *where: made.append(where) or original(*where))
    model = small()
    model.run(3)
    gc.collect()
    real = [
        o for o in gc.get_objects() if issubclass(type(o), mesa.Agent) and o.model is model
    ]  # no isinstance: it asks proxies of what is gone
    assert made == [] and real == [] and model not in mesa.Agent._ids
    elders = model.agents_by_type[sim.Elder]
    assert len(elders) == len(elders.get("age")) and elders.agg("age", max) >= 60
    elders.set("acceptance", 0.5)
    assert len(model.agents) > len(elders)
    assert made == []
    next(iter(elders))
    assert len(made) == 1


def test_a_dropped_model_is_freed_at_once_and_with_agents_at_the_next_collection() -> None:
    gc.collect()
    gc.disable()
    try:
        model = sim.MutualAidModel(sim.Parameters().replace(TINY), seed=1)
        model.run(2)
        ref = weakref.ref(model)
        del model
        assert ref() is None
        model = sim.MutualAidModel(sim.Parameters().replace(TINY), seed=1)
        list(model.agents)
        ref = weakref.ref(model)
        model.close()
        del model
        assert ref() is None
    finally:
        gc.enable()
    model = sim.MutualAidModel(sim.Parameters().replace(TINY), seed=1)
    assert len(model.agents) > 20
    ref = weakref.ref(model)
    del model
    gc.collect()
    assert ref() is None


def resident_bytes() -> int:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="the system does not tell a process its memory"
)
def test_two_hundred_models_leave_memory_flat() -> None:
    parameters, refs = sim.Parameters().replace(TINY), []

    def one(seed: int) -> int:
        """Make a model, look at all its agents, drop it; returns the bytes of its arrays."""
        made = sim.MutualAidModel(parameters, seed=seed)
        made.step()
        assert len(made.agents.select(agent_type=sim.Elder)) == made.world.villages.elders.sum()
        refs.append(weakref.ref(made))
        kept = [*made.people, *made.world, *made.values.sections.values(), *made._recorder.whole()]
        return sum(x.nbytes for x in kept)

    for seed in range(100):  # tables that are read once and kept; the allocator's pools fill up
        size = one(seed)
    gc.collect()
    before, objects = resident_bytes(), len(gc.get_objects())
    refs.clear()
    for seed in range(200):
        one(seed)
    gc.collect()
    assert len(refs) == 200 and not any(ref() for ref in refs)
    assert len(gc.get_objects()) - objects - len(refs) < 200  # not one object a model
    assert resident_bytes() - before < 200 * size  # what the arrays alone would cost, were models kept


# -- people who come and go
# --------------------------------------------------------------------------------------------
def test_a_newcomer_joins_the_table_and_the_books_stay_right(model: sim.MutualAidModel) -> None:
    count = len(model.agents_by_type[sim.Elder])
    taken = {a.unique_id for a in model.agents}
    elder = model.add_person(2, 72.5, "man", living=COUPLE, health=1)
    helper = model.add_person(2, 45, "woman")
    assert type(elder) is sim.Elder and type(helper) is sim.Volunteer
    assert (elder.village, elder.age, elder.sex, elder.living_arrangement, elder.health_state) == (
        2,
        72.5,
        0,
        "couple",
        "mild",
    )
    assert elder.credit_min == 0 and elder.income > 0 and elder.spouse is None and helper.sex == 1
    assert not {elder.unique_id, helper.unique_id} & taken
    assert len(model.agents_by_type[sim.Elder]) == count + 1 == model.series.state["elders"][-1].sum()
    model.audit()
    model.run(3)
    model.audit()


def test_a_newcomer_never_takes_an_identity_that_somebody_had() -> None:
    model = small()
    model.world.pool[0] += 1  # two people of village 1 turn 60 every month, on top
    seen = {a.unique_id for a in list(model.agents)}
    for _ in range(5):  # before the first month, and within one month of each other
        first, second = model.add_person(1, 70, "woman"), model.add_person(1, 80, "man")
        assert not {first.unique_id, second.unique_id} & seen and first.unique_id != second.unique_id
        seen |= {first.unique_id, second.unique_id}
        model.end_person(first, "departure")
        assert not first.alive and second.alive
        model.step()
        entered = {a.unique_id for a in model.agents} - seen
        assert len(entered) >= 2
        assert len({a.unique_id for a in model.agents}) == len(model.agents)
        seen |= entered


def test_a_newcomer_leaves_the_draws_of_the_other_villages_alone() -> None:
    plain, more = (small({"county.couplings": False}) for _ in range(2))
    plain.run(2)
    more.run(2)
    more.add_person(1, 70, "woman")
    plain.run(3)
    more.run(3)
    both = (plain.series, more.series)
    assert all((both[0].flow[n][:, 1:] == both[1].flow[n][:, 1:]).all() for n in plain.world.flow.dtype.names)
    assert (both[0].balance[:, 1:] == both[1].balance[:, 1:]).all()
    assert both[0].state["elders"][1, 0] + 1 == both[1].state["elders"][1, 0]


def test_a_death_by_hand_settles_the_account_and_leaves_a_widow(model: sim.MutualAidModel) -> None:
    elder = next(
        iter(model.agents_by_type[sim.Elder].select(lambda e: e.spouse is not None and e.living == COUPLE))
    )
    v, row = elder.village - 1, elder._row()
    owed = int(model.ledger.balance.credits_held[v]) + int(model.people.credit[row])
    model.world.posted[v].credits_earned += 90 - model.people.credit[row]
    model.people.credit[row] = 90
    model.ledger.settle()
    model.audit()
    widow, deaths = elder.spouse, int(model.series.flow["deaths"][-1, v])
    model.end_person(elder, "death")
    assert not elder.alive and widow.spouse is None and widow.living_arrangement == "alone"
    assert model.ledger.balance.credits_held[v] == owed
    assert model.series.amount("credits_forfeited")[-1, v] >= 90
    assert model.series.flow["deaths"][-1, v] == deaths + 1
    model.audit()
    s = model.series
    moved = s.posted[-1] @ model.ledger.incidence
    assert (np.array(s.balance[-1].tolist()) - np.array(s.balance[-2].tolist()) == moved).all()
    with pytest.raises(views.GoneError):
        model.end_person(elder, "death")
    model.run(2)
    model.audit()


def test_people_come_and_go_only_for_reasons_and_places_that_exist(model: sim.MutualAidModel) -> None:
    for bad in ((9, 70, "man"), (1, 70, "x"), (1, 30, "man"), (1, 130, "man"), (1, float("nan"), "man")):
        with pytest.raises(ValueError):
            model.add_person(*bad)
    with pytest.raises(ValueError, match="living"):
        model.add_person(1, 70, "man", living=3)
    with pytest.raises(ValueError, match="death, departure"):
        model.end_person(a_view(model, sim.Elder), "boredom")
    with pytest.raises(ValueError, match="another model"):
        model.end_person(a_view(small(), sim.Elder), "death")
    model.audit()


def test_a_free_slot_is_nobody(model: sim.MutualAidModel) -> None:
    elder = a_view(model, sim.Elder)
    row = elder._row()
    model.end_person(elder, "death")
    assert model.people.kind[row] == FREE and views.view_of(model, elder._place, elder._slot) is None


STANDINS = """
import sys, sim
sim.Elder  # the model is imported with its first name
from mesa import DataCollector, experimental, space
print(sorted({"pandas", "networkx", "mesa.experimental"} & set(sys.modules)))
small = {"county.villages": 1, "county.elders": 5, "horizon.spin_up": 0}
model = sim.MutualAidModel(sim.Parameters().replace(small), seed=1)
collector = DataCollector({"month": "month"})
for _ in range(2):
    model.step()
    collector.collect(model)
import networkx, pandas
table = collector.get_model_vars_dataframe()
print(type(table) is pandas.DataFrame, table["month"].tolist())
print(space.NetworkGrid(networkx.path_graph(3)).get_neighborhood(0), experimental.devs.ABMSimulator.__name__)
import mesa
import mesa.experimental as real
print(real is sys.modules["mesa.experimental"], real.devs is experimental.devs, mesa.experimental is real)
"""


def test_what_mesa_brings_along_comes_when_it_is_first_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", STANDINS], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "True [1, 2]", "[1] ABMSimulator", "True True True"]


def test_what_was_imported_before_stays_as_it_is() -> None:
    code = (
        "import mesa, sys; seen = sys.modules['pandas'], mesa.experimental; import sim; print(seen == "
        "(sys.modules['pandas'], mesa.experimental))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "True\n"
    )

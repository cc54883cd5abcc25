"""What a county knows of itself stands in the model: ages, incomes, stations, money; blank stays as drawn."""

from __future__ import annotations

import numpy as np
import pytest
from runs import parameters, small

import sim
from sim.start import given_tables, tables
from sim.start.age_bands import Band, band_of, completed, covered, fitted
from sim.state.codes import CANTEEN, NEIGHBOURS, NEVER, NONE, SELF_COOKED, WORKING
from sim.state.parameters import ParameterError

EVEN = np.full((9, 2), 1 / 18)
POPULATION = "age_group,men,women\n" + "".join(f"{group},30,10\n" for group in given_tables.OLD)
MORTALITY = "age_group,men,women\n" + "".join(
    f"{group},0.5,0.25\n" for group in (*given_tables.MIDDLE, *given_tables.OLD)
)
INCOME = "up_to,share\n10000,50\n100000,30\n1000000,20\n"
HEALTH = "age_group,sex,from_state,to_1,to_2,to_3,to_death\n" + "".join(
    f"{group},{sex},{state},{row}\n"
    for group in given_tables.CHAIN_GROUPS
    for sex in ("men", "women")
    for state, row in (("1", "0.9,0.05,0.03,0.02"), ("2", "0.2,0.6,0.1,0.1"), ("3", "0.1,0.1,0.6,0.2"))
)


def county(text: str, **changes):
    rows = text.count("\n") - 1
    return small({"given.villages": text, "county.villages": rows, "horizon.spin_up": 0, **changes})


# -- ages ------------------------------------------------------------------------------------------------
def test_a_band_names_age_groups_and_sexes():
    assert band_of("men_60_69") == Band("men_60_69", 0, 2, (0,))
    assert band_of("women_80") == Band("women_80", 4, 9, (1,))
    assert band_of("all_100") == Band("all_100", 8, 9, (0, 1))
    for none in ("men_61_69", "men_60_66", "all_55_59", "all_120", "elders", "children_60_69", "men_70_69"):
        assert band_of(none) is None


def test_counts_are_met_and_the_rest_keeps_its_proportions():
    """By hand: 30 men of 60-69 stand 15 to 15 in two groups; 90 - 30 others over 16 cells are 3.75 each."""
    persons = completed(EVEN, {band_of("men_60_69"): 30.0}, 90.0)
    assert np.allclose(persons[:2, 0], 15.0) and np.allclose(persons[2:], 3.75) and persons.sum() == 90


def test_margins_by_age_and_by_sex_are_met_together():
    """By hand: of 40 of 60-79 and 20 older, 45 men: independent margins of even shares give 30, 15, 10, 5."""
    counts = {"all_60_79": 40.0, "all_80": 20.0, "men_60": 45.0, "women_60": 15.0}
    persons, counted = fitted(EVEN, {band_of(name): count for name, count in counts.items()})
    sums = [persons[:4, 0].sum(), persons[4:, 0].sum(), persons[:4, 1].sum(), persons[4:, 1].sum()]
    assert np.allclose(sums, [30, 15, 10, 5]) and counted.all()


def test_bands_cover_a_village_where_no_group_is_left_out():
    young, old = np.array([4.0, 4.0, np.nan]), np.array([1.0, np.nan, np.nan])
    assert covered({band_of("all_60_79"): young, band_of("all_80"): old}).tolist() == [True, False, False]


def test_elders_by_age_and_sex_stand_in_the_model():
    """Village 1 is counted whole, 2 in part with its number, 3 in part without."""
    m = county(
        "number,elders,men_60_69,women_60_69,all_70\n1,,13,7,10\n2,50,,,40\n3,,,,200\n",
        **{"county.elders": 40},
    )
    people, world = m.people, m.world
    assert world.villages.elders[:2].tolist() == [30, 50] and world.villages.elders[2] >= 200
    for v, wanted in ((0, (13, 7, 10)), (1, (None, None, 40)), (2, (None, None, 200))):
        here = slice(world.start[v], world.start[v] + world.used[v])
        elder = people.kind[here] == 1
        old = people.age[here] >= 70 * 12
        found = [(elder & ~old & (people.sex[here] == sex)).sum() for sex in (0, 1)] + [(elder & old).sum()]
        for count, want in zip(found, wanted, strict=True):
            assert want is None or abs(count - want) <= 1  # a turn of chance rounds the edge of a group


def test_volunteers_are_the_helpers_at_the_start():
    m = county("number,elders,volunteers\n1,40,3\n2,40,0\n3,40,\n", **{"county.helpers_per_elder": 0.25})
    assert m.world.villages.helpers.tolist() == [3, 0, 10]


# -- the collective and its place -------------------------------------------------------------------------
def test_an_income_is_that_of_the_first_year_and_says_how_strong_a_collective_is():
    """Without good and bad years. Bands: 50,000 and 200,000 yuan."""
    text = "number,income\n1,12345\n2,50000\n3,199000\n4,260000\n5,\n"
    for scale in (1.0, 1.7):
        m = county(text, **{"collective.income_scale": scale, "collective.volatility": 0.0})
        m.step()
        assert np.allclose(m.world.villages.income[:4] / 100, [12345, 50000, 199000, 260000], rtol=1e-3)
        assert m.world.villages.strength[:4].tolist() == [0, 1, 1, 2]


def test_a_class_that_is_told_stays_beside_an_income():
    m = county("number,strength,income\n1,rich,1000\n")
    assert m.world.villages.strength.tolist() == [2]


def test_villages_of_one_township_are_told_by_its_name():
    m = county("number,township\n1,East\n2,West\n3,East\n4,\n", **{"county.townships": 3})
    assert m.world.villages.township.tolist() == [0, 1, 0, 3 % 3]


# -- stations ----------------------------------------------------------------------------------------------
STATIONS = (
    "number,facility,opened,door,step,days,cash,debt\n"
    "1,,2015-03,open,,3,5000,1200.5\n"
    "2,yes,2019-07,shut,canteen,,0,\n"
    "3,,,open,self_cooked,2,,\n"
    "4,,,,neighbours,,,700\n"
    "5,no,2019-07,,,,,\n"
)


def test_stations_stand_as_they_were_found():
    m = county(STATIONS)
    r = m.world.villages
    assert r.facility.tolist() == [WORKING, WORKING, WORKING, WORKING, NONE]
    assert r.opened[:2].tolist() == [-118, -66]  # months from 2025-01 back, by hand
    assert r.step[:4].tolist() == [CANTEEN, NEIGHBOURS, SELF_COOKED, NEIGHBOURS]
    assert r.open_week[:4].tolist() == [3, 0, 2, 0] and r.may_open[:4].tolist() == [1, 0, 1, 0]
    assert r.launched[[0, 1, 3]].tolist() == [-118, NEVER, NEVER] and r.closures[:4].tolist() == [0, 1, 0, 1]


def test_cash_and_debts_are_brought_into_the_books_and_nothing_is_lost():
    m = county(STATIONS)
    m.step()
    m.audit()
    assert m.ledger.amount("brought_cash").tolist() == [500_000, 0, 0, 0, 0]
    assert m.ledger.amount("brought_debt").tolist() == [120_050, 0, 0, 70_000, 0]
    assert m.ledger.amount("start_cash")[[0, 1]].tolist() == [0, 0] and m.ledger.amount("start_cash")[2] > 0
    for _ in range(12):
        m.step()
        m.audit()
    assert 0 < m.world.villages.debt[0, 0] < 120_050  # paid back by instalments


def test_a_station_of_the_future_is_refused():
    with pytest.raises(ParameterError, match="opened in 2025-01, not before horizon.start"):
        parameters({"county.villages": 1, "given.villages": "number,opened\n1,2025-01\n"})


def test_what_a_village_is_told_changes_nothing_in_the_next():
    told, silent = (
        small(
            {
                "given.villages": f"number,opened,debt\n1,{opened},{debt}\n2,,\n3,,\n",
                "county.couplings": False,
            }
        )
        .run(4)
        .model
        for opened, debt in (("2010-05", 900), ("", ""))
    )
    at = {v: told.world.villages[v].tobytes() == silent.world.villages[v].tobytes() for v in range(3)}
    assert at == {0: False, 1: True, 2: True}


# -- tables of people and incomes ------------------------------------------------------------------------
def test_a_population_of_ones_own_is_that_of_the_villages():
    """Three men to a woman, as many in each group."""
    m = small({"given.population": POPULATION, "horizon.spin_up": 0, "county.elders": 90})
    elder = m.people.kind == 1
    assert abs((m.people.sex[elder] == 0).mean() - 0.75) < 0.01
    assert abs((m.people.age[elder] >= 80 * 12).mean() - 5 / 9) < 0.02


def test_younger_people_of_a_population_enter_by_their_number():
    """By hand: 20 of 40-59 in all, 1 a year; 35-39 hold 10 men: 2 a year come in."""
    young = "".join(f"{group},0,10\n" for group in given_tables.YOUNG[:-1]) + "35-39,10,0\n"
    text = POPULATION + "".join(f"{group},5,0\n" for group in given_tables.MIDDLE) + young
    base, entry = tables.cohort_shape(text)
    assert np.allclose(base[:, 0], 1 / 20) and np.allclose(base[:, 1], 0)
    assert np.allclose(entry[:5], [[0.1, 0.0]] * 5) and np.allclose(entry[5:10], [[0.0, 0.1]] * 5)
    assert np.array_equal(tables.cohort_shape(POPULATION)[1], tables.cohort_shape()[1])


def test_death_rates_of_ones_own_hold_without_the_rural_ratio():
    """By hand: a yearly rate of .25 of women is a monthly chance of 1 - exp(-.25 / 12), healthy or not where
    health makes no difference.
    """
    m = small(
        {"given.mortality": MORTALITY, "health.risk_scale": 0.0, "demography.rural_mortality_ratio": 1.3}
    )
    assert np.allclose(m.chances.death[0, :, 1, 60:, :], 1 - np.exp(-0.25 / 12), atol=1e-6)
    assert np.allclose(m.chances.death[0, :, 0, 60:, :], 1 - np.exp(-0.5 / 12), atol=1e-6)


def test_a_health_table_of_ones_own_gives_shape_and_risk_at_the_countrys_level():
    """Death of the three states is .02, .1, .2 at every age: risks 1, 5, 7.5 and 10 times that of the robust.

    The rural cross-section stays that of pattern C3.
    """
    assert np.allclose(tables.risks_of_death(1.0, HEALTH), [1.0, 5.0, 7.5, 10.0])
    found = tables.health_tables(1.0, 1.0, 1.0, 1.15, tables.Own(health=HEALTH))
    starts, shares = tables.age_shares()
    weight = np.zeros((2, tables.AGES))
    for group, start in enumerate(starts):
        weight[:, start : start + 5] += shares[group][:, None] / 5
    assert np.allclose(
        (found.prevalence * weight[..., None]).sum(axis=(0, 1))[1:], tables.C3_TARGET, atol=1e-5
    )


def test_incomes_of_ones_own_are_those_of_the_collectives():
    """Half of the villages have up to 10,000 yuan, a fifth more than 100,000 up to a million."""
    sizes = {"county.villages": 200, "county.elders": 5, "horizon.spin_up": 0, "collective.volatility": 0.0}
    m = small({"given.income": INCOME, **sizes})
    m.step()
    income = m.world.villages.income / 100
    assert abs((income <= 10_000).mean() - 0.5) < 0.05 and abs((income > 100_000).mean() - 0.2) < 0.05
    assert income.max() <= 1_000_000
    low, high = given_tables.strength_edges(INCOME)
    assert 0.5 < low < 0.8 < high < 1.0


BAD = {
    "population": (POPULATION.replace("100+,30,10\n", ""), "rows for each of 60-64"),
    "mortality": (MORTALITY.replace("80-84,0.5", "80-84,3.5"), "0 to 2 deaths a year"),
    "health": (HEALTH.replace("0.9,", "0.5,", 1), "chances that sum to 1"),
    "income": (INCOME.replace(",20", ",10"), "shares that sum to 100 percent"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_table_that_cannot_be_is_refused_with_its_cell(kind):
    text, said = BAD[kind]
    with pytest.raises(ParameterError, match=f"given: {kind}, .*{said}"):
        parameters({f"given.{kind}": text})


@pytest.mark.parametrize("kind", BAD)
def test_tables_are_shared_by_counties_side_by_side(kind):
    good = {"population": POPULATION, "mortality": MORTALITY, "health": HEALTH, "income": INCOME}[kind]
    with pytest.raises(ParameterError, match="must share"):
        sim.MutualAidModel([parameters({}), parameters({f"given.{kind}": good})], seed=1)


def test_borders_decide_nothing_and_must_be_rings():
    rings = '{"1":[[[0,0],[1,0],[1,1]]]}'
    one, other = (small({"given.borders": text}).run(3).model for text in ("", rings))
    assert one.world.villages.tobytes() == other.world.villages.tobytes()
    with pytest.raises(ParameterError, match="rings of points"):
        parameters({"given.borders": '{"1":[[0,0]]}'})

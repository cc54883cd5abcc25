"""The villages of the county: kinds, strengths, places, sizes, and the tables their people start from.

Each village depends on its own number and the seed only, so that a county can be split or listed in any
order. A table of given villages takes the place of what is drawn, cell by cell: a cell left blank stays
drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.engine.randomness import Purpose, key_of, uniform, uniforms
from sim.start import given_tables, hazard, tables
from sim.start.age_bands import completed, covered, fitted
from sim.start.given import given, of_rows, table_of, told
from sim.start.village_table import Table
from sim.state.codes import HAZARD
from sim.state.fields import STATES, record
from sim.state.parameters import Parameters, par, section

VILLAGE = Purpose("population.village")


@section("county")
class County:
    """The synthetic county."""

    villages: int = par(
        20,
        unit="villages",
        low=1,
        high=10_000,
        doc="villages in the county, numbered from 1",
        source="design choice",
        live=False,
    )
    townships: int = par(
        4,
        unit="townships",
        low=1,
        high=1_000,
        doc="villages are dealt to townships in turn",
        source="design choice",
        live=False,
    )
    elders: int = par(
        300,
        unit="persons",
        low=1,
        high=1_500,
        doc="mean elders a village",
        source=(
            "derived: 120 million rural elders over about 490,000 villages is 245; larger villages assumed"
        ),
        live=False,
    )
    size_spread: float = par(
        0.4,
        unit="share",
        low=0.0,
        high=0.9,
        doc="village sizes are even between 1 - spread and 1 + spread of the mean",
        live=False,
    )
    helpers_per_elder: float = par(
        0.4, unit="ratio", low=0.0, high=2.0, doc="active helpers under 60 an elder at the start", live=False
    )
    pool_per_elder: float = par(
        1.25,
        unit="ratio",
        low=0.2,
        high=2.0,
        doc="whole-village people aged 40-59 an elder",
        source="assumption; national ratio of ages 40-59 to 60+ is 1.4 (WPP), rural lower",
        live=False,
    )
    facility_share: float = par(
        0.30,
        unit="share",
        low=0.0,
        high=1.0,
        doc="villages with a facility and spun-up service at the start",
        source="Ministry of Civil Affairs via Xinhua 2024-09-25: 145,000 facilities; denominator assumed",
        grade="C",
        live=False,
    )
    shut_share: float = par(
        0.275,
        unit="share",
        low=0.0,
        high=0.5,
        doc="standing stations whose door is shut at the start",
        source="a quarter of homes in Huxian 2017, 20-30 % of centres in Xiyang 2018 do not operate",
        grade="B",
        live=False,
    )
    oldest_station: int = par(
        120,
        unit="months",
        low=1,
        high=240,
        doc="age of the oldest station at the start; ages are even",
        live=False,
    )
    stratified: bool = par(
        False,
        unit="switch",
        doc="deal village kinds and strengths in turn instead of by prevalence",
        source="design choice",
        live=False,
    )
    share_scenic: float = par(
        0.15, unit="share", low=0.0, high=1.0, doc="prevalence of scenic villages", live=False
    )
    share_craft: float = par(
        0.10, unit="share", low=0.0, high=1.0, doc="prevalence of villages of craft heritage", live=False
    )
    share_near_town: float = par(
        0.20, unit="share", low=0.0, high=1.0, doc="prevalence of villages near a town", live=False
    )
    empty_nest: float = par(
        0.62,
        unit="share",
        low=0.3,
        high=0.9,
        doc="elders living alone or with spouse only",
        source="fifth sample survey, China Daily 2024-10-23",
        grade="A",
        live=False,
    )
    alone_of_empty_nest: float = par(
        0.25,
        unit="share",
        low=0.1,
        high=0.6,
        doc="empty nesters who live alone",
        source="fifth sample survey, China Daily 2024-10-23",
        grade="A",
        live=False,
    )
    children: float = par(
        2.9,
        unit="children",
        low=0.0,
        high=6.0,
        doc="mean living children of a rural elder",
        source="fifth sample survey 2021",
        grade="A",
        live=False,
    )
    child_near: float = par(
        0.60,
        unit="share",
        low=0.1,
        high=0.9,
        doc="elders with a child near",
        source=(
            "CHARLS via SCMP 2013-06-01: 60 % of those not living together have a child in the neighbourhood"
        ),
        grade="A",
        live=False,
    )
    pension_spread: int = par(
        40,
        unit="percent",
        low=0,
        high=80,
        doc="pensions are even between 1 - spread and 1 + spread of the mean",
        live=False,
    )
    pension: float = par(
        220.0,
        unit="yuan/month",
        low=100.0,
        high=400.0,
        doc="mean resident pension",
        source="Liu Shijin (former DRC), about 2024",
        grade="B",
        live=False,
        stored="fen",
    )
    land_income: float = par(
        250.0,
        unit="yuan/month",
        low=0.0,
        high=800.0,
        doc="own income of land and odd jobs at 60-74",
        live=False,
        stored="fen",
    )
    remittances: float = par(
        500.0,
        unit="yuan/month",
        low=100.0,
        high=1_200.0,
        doc="mean money from children",
        source="assumption: rest of about 16,000 yuan a year",
        live=False,
        stored="fen",
    )
    land_mu: float = par(2.0, unit="mu", low=0.0, high=10.0, doc="land an elder holds", live=False)
    dibao: float = par(
        0.071,
        unit="share",
        low=0.02,
        high=0.2,
        doc="on subsistence allowance",
        source="33.83 of about 477 million rural residents (document 003)",
        grade="A",
        live=False,
    )
    farm_share: float = par(
        0.9,
        unit="share",
        low=0.0,
        high=1.0,
        doc="elders able to farm",
        live=False,
        only=("business.kind=agriculture", "business.kind=portfolio"),
    )
    story_share: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=0.6,
        doc="elders able to narrate or host",
        live=False,
        only=("business.kind=tourism", "business.kind=portfolio"),
    )
    craft_share: float = par(
        0.20,
        unit="share",
        low=0.0,
        high=0.8,
        doc="elders with a craft, in villages of craft heritage",
        live=False,
        only=("business.kind=handicraft", "business.kind=portfolio"),
    )
    zone_size: int = par(
        25, unit="persons", low=5, high=200, doc="persons in a zone of neighbouring households", live=False
    )
    leader_share: float = par(
        0.75, unit="share", low=0.0, high=1.0, doc="villages with a leader behind mutual aid", live=False
    )
    association_share: float = par(
        0.4, unit="share", low=0.0, high=1.0, doc="villages with an elderly association", live=False
    )
    cadre_share: float = par(
        0.06, unit="share", low=0.0, high=0.3, doc="helpers who are group leaders or cadres", live=False
    )
    returned_share: float = par(
        0.06,
        unit="share",
        low=0.0,
        high=0.3,
        doc="helpers at the start who came back from the cities",
        live=False,
    )
    idle_share: float = par(
        0.6,
        unit="share",
        low=0.0,
        high=1.0,
        doc="villages with an idle school or house that can be renovated",
        live=False,
    )
    trained_share: float = par(
        0.2, unit="share", low=0.0, high=1.0, doc="helpers with training at the start", live=False
    )
    couplings: bool = par(
        True,
        unit="switch",
        doc="villages meet through county envelopes, visibility-driven gifts and learning",
        source="design choice",
        live=False,
    )

    def problems(self, parameters: Parameters) -> Iterator[str]:
        """Shares of village kinds leave room for the plain kind."""
        if self.share_scenic + self.share_craft + self.share_near_town > 1:
            yield "share_scenic + share_craft + share_near_town must not top one: the rest are plain villages"
        if self.elders * (1 + self.size_spread) * (1 + self.helpers_per_elder) > 4_000:
            yield (
                "a village of elders * (1 + size_spread) * (1 + helpers_per_elder) persons must not top 4,000"
            )


def even(seed: int, number: np.ndarray, step: float, index: int) -> np.ndarray:
    """A number in [0, 1) per village that is evenly spread over village numbers, from a random start per
    seed.
    """
    start = float(uniform(key_of(seed, VILLAGE, 0), 0, index))
    return np.asarray((start + number * step) % 1.0)


def village_states(parameters: Parameters, seed: int, numbers: np.ndarray) -> np.recarray:
    """Kinds, strengths, positions and endowments of the villages.

    Each depends on its own number and the seed only.
    """
    county = parameters.county
    villages = record(STATES, len(numbers))
    key = key_of(seed, VILLAGE, 0)

    def own(index):
        return uniforms(key, numbers, index)

    villages.number = numbers
    if county.stratified:
        villages.kind, villages.strength = (numbers - 1) % 4, (numbers - 1) // 4 % 3
    else:
        edges = np.cumsum(
            [
                1 - county.share_scenic - county.share_craft - county.share_near_town,
                county.share_scenic,
                county.share_craft,
            ]
        )
        villages.kind = np.searchsorted(edges, even(seed, numbers, 0.8191725134, 101), side="right").clip(
            0, 3
        )
        villages.strength = np.searchsorted(
            given_tables.strength_edges(parameters.given.income),
            even(seed, numbers, 0.6710436067, 102),
            side="right",
        ).clip(0, 2)
    villages.kind = given(parameters, "kind", numbers, villages.kind)
    edges = given_tables.strength_edges(parameters.given.income)
    income = told(parameters, "income", numbers)  # says more than a class does
    by_income = np.where(
        np.isnan(income),
        villages.strength,
        np.searchsorted(given_tables.STRENGTH_BANDS, income, side="right"),
    )
    villages.strength = given(parameters, "strength", numbers, by_income)
    lower = np.concatenate([[0.0], edges])
    width = np.diff(np.concatenate([lower, [1.0]]))
    drawn = lower[villages.strength] + width[villages.strength] * own(103)
    villages.income_rank = np.where(np.isnan(income), drawn, rank_of(parameters, income))
    villages.township = given(parameters, "township", numbers, (numbers - 1) % county.townships)
    villages.east, villages.north = 30 * own(104), 30 * own(105)
    villages.leader = own(106) < county.leader_share
    villages.association = own(107) < county.association_share
    villages.idle_building = own(108) < county.idle_share
    for name in ("east", "north", "leader", "association", "idle_building"):
        villages[name] = given(parameters, name, numbers, villages[name])
    return villages


def served_at_start(parameters: Parameters, seed: int, numbers: np.ndarray) -> np.ndarray:
    """Which villages have a facility and a spun-up service at the start.

    Where a table tells when the station opened, or how it stands, there is one.
    """
    drawn = even(seed, numbers, 0.6180339887, 109) < parameters.county.facility_share
    hints = [told(parameters, name, numbers) for name in ("opened", "door", "days", "step")]
    known = np.where(np.isnan(hints).all(axis=0), drawn, True)
    return given(parameters, "facility", numbers, known).astype(bool)


def rank_of(parameters: Parameters, income: np.ndarray) -> np.ndarray:
    """(villages) ranks at which collectives have an income at the start, yuan a year."""
    quantiles = collective_incomes(parameters) * parameters.collective.income_scale / 100
    return np.interp(income, quantiles, np.linspace(0, 1, len(quantiles)))


def collective_incomes(parameters: Parameters) -> np.ndarray:
    """Collective income in fen a year at 0, 1/256 .. 1 of all villages."""
    return tables.income_quantiles(int(parameters.collective.income_year), parameters.given.income)


def age_shares(parameters: Parameters) -> np.ndarray:
    """Shares of elders by age group and sex (9 x 2)."""
    return tables.age_shares(parameters.given.population)[1]


def village_sizes(parameters: Parameters, seed: int, numbers: np.ndarray) -> np.ndarray:
    """Elders of each village at the start."""
    county = parameters.county
    spread = even(seed, numbers, 0.5497004779, 100)
    drawn = np.maximum(1, np.round(county.elders * (1 + county.size_spread * (2 * spread - 1))))
    sizes: np.ndarray = given(parameters, "elders", numbers, drawn)
    table = table_of(parameters)
    if table is not None and table.bands:
        unknown = np.isnan(told(parameters, "elders", numbers))
        whole = of_rows(covered(table.bands), numbers)
        shares = age_shares(parameters)
        for place in np.flatnonzero(unknown):
            counted = np.round(fitted(shares, _counts(table, numbers[place]))[0].sum())
            sizes[place] = counted if whole[place] == 1 else max(sizes[place], counted)
    return np.maximum(sizes, 1).astype(np.int64)


def _counts(table: Table, number: int) -> dict:
    """Band -> elders of one village."""
    beyond = number > table.rows
    return {band: np.nan if beyond else column[number - 1] for band, column in table.bands.items()}


def elder_shares(parameters: Parameters, seed: int, numbers: np.ndarray) -> np.ndarray:
    """(villages, 9 age groups, 2 sexes) of the elders at the start, each village's summing to one."""
    shares = age_shares(parameters)
    found = np.repeat(shares[None], len(numbers), axis=0)
    table = table_of(parameters)
    if table is not None and table.bands:
        sizes = village_sizes(parameters, seed, numbers)
        for place, number in enumerate(numbers):
            persons = completed(shares, _counts(table, number), float(sizes[place]))
            found[place] = persons / persons.sum() if persons.sum() > 0 else shares
    return found


def village_helpers(parameters: Parameters, seed: int, numbers: np.ndarray) -> np.ndarray:
    """Active helpers under 60 of each village at the start."""
    sizes = village_sizes(parameters, seed, numbers)
    drawn = np.floor(sizes * parameters.county.helpers_per_elder + 0.5)
    return given(parameters, "volunteers", numbers, drawn).astype(np.int64)


def health_chances(parameters: Parameters) -> tables.HealthTables:
    """Monthly chances of health and death; of the county's own tables where they are given."""
    health, given = parameters.health, parameters.given
    own = tables.Own(given.mortality, given.health)
    ratio = 1.0 if given.mortality else parameters.demography.rural_mortality_ratio
    if health.course == HAZARD:
        return hazard.hazard_tables(
            health.hazard_base,
            health.hazard_scale,
            (health.hazard_span_men, health.hazard_span_women),
            (health.two_levels, health.three_levels),
            health.risk_scale,
            ratio,
            own,
        )
    return tables.health_tables(
        health.worsen_scale,
        health.recover_scale,
        health.risk_scale,
        ratio,
        own,
    )

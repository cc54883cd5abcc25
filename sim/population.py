"""The person table and the synthetic county.

All persons are rows of one table, village by village; `kind` tells an elder from a helper and a free slot.
Parts
declare the columns, village states and monthly flows they write; this file assembles them and fills the
start.
Links (spouse, kin, neighbour) are slots inside the village: a neighbour link is a place, whoever lives there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.columns import Table
from sim.parameters import par, section
from sim.randomness import Purpose, inline, inner, kernel, uniform

if TYPE_CHECKING:
    from sim.parameters import Parameters

FREE, ELDER, HELPER = 0, 1, 2
ROBUST, MILD, MODERATE, SEVERE = 0, 1, 2, 3
WITH_CHILD, COUPLE, ALONE, IN_HOME = 0, 1, 2, 3
WOMAN, CADRE, UNDEREMPLOYED, RETURNER = 0, 1, 2, 3
STORY, FARM, CRAFT = 1, 2, 4
KINDS = (
    "meals",
    "cleaning",
    "mobility",
    "escort",
    "emergency",
    "rehabilitation",
    "prevention",
    "companionship",
    "personal_care",
)
MEALS, CLEANING, MOBILITY, ESCORT, EMERGENCY, REHABILITATION, PREVENTION, COMPANIONSHIP, PERSONAL = range(9)
STAGES = ("need", "family", "eligible", "asked", "mutual", "professional", "unmet")
NEED, FAMILY, ELIGIBLE, ASKED, MUTUAL, PROFESSIONAL, UNMET = range(7)
PAYERS = ("government", "collective", "families", "society")
GOVERNMENT, COLLECTIVE, FAMILIES, SOCIETY = range(4)
BUSINESSES = ("tourism", "agriculture", "handicraft", "deposit")
VILLAGE_KINDS = ("plain", "scenic", "craft", "near_town")
STRENGTHS = ("weak", "middle", "rich")
PLAIN, SCENIC, CRAFT_HERITAGE, NEAR_TOWN = range(4)
NONE, PLANNED, WORKING = 0, 1, 2
NO_MONEY = 6  # place of "none" among the rules of funding
CLOSED, VISITS_ONLY, REDUCED, FULL = 0, 1, 2, 3
POOL_MONTHS = 240  # months of birth of the people aged 40-59
NEVER = -9999
SERIAL_BITS, MONTH_BITS = 24, 12
SCOPES = ("village", "township", "county")
TOWNSHIP = 1


@dataclass(frozen=True)
class Column:
    """A column of the person table, a state of a village or a monthly flow of a village."""

    name: str
    dtype: str
    unit: str
    label: str
    initial: Any = 0
    shape: tuple[int, ...] = ()


COLUMNS: dict[str, Column] = {}
STATES: dict[str, Column] = {}
FLOWS: dict[str, Column] = {}


def _declare(registry: dict[str, Column], c: Column) -> Column:
    if c.name in registry:
        raise ValueError(f"{c.name!r} is declared twice: one writer each")
    if hasattr(np.recarray, c.name):
        raise ValueError(f"{c.name!r} is an attribute of every array: choose another name")
    registry[c.name] = c
    return c


def column(
    name: str, dtype: str, *, unit: str, label: str, initial: Any = 0, shape: tuple[int, ...] = ()
) -> Column:
    """Declare a column of the person table."""
    return _declare(COLUMNS, Column(name, dtype, unit, label, initial, shape))


def state(
    name: str, dtype: str, *, unit: str, label: str, initial: Any = 0, shape: tuple[int, ...] = ()
) -> Column:
    """Declare a village state that lasts from month to month."""
    return _declare(STATES, Column(name, dtype, unit, label, initial, shape))


def flow(name: str, *, unit: str, label: str, dtype: str = "i8", shape: tuple[int, ...] = ()) -> Column:
    """Declare a village indicator that starts each month at zero."""
    return _declare(FLOWS, Column(name, dtype, unit, label, 0, shape))


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
    farm_share: float = par(0.9, unit="share", low=0.0, high=1.0, doc="elders able to farm", live=False)
    story_share: float = par(
        0.15, unit="share", low=0.0, high=0.6, doc="elders able to narrate or host", live=False
    )
    craft_share: float = par(
        0.20,
        unit="share",
        low=0.0,
        high=0.8,
        doc="elders with a craft, in villages of craft heritage",
        live=False,
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


column("kind", "i1", unit="code", label="0 free slot, 1 elder, 2 helper")
column("serial", "u4", unit="number", label="entry month << 12 | n-th entrant of that month")
column("age", "i2", unit="months", label="age")
column("sex", "i1", unit="code", label="0 man, 1 woman")
column("living", "i1", unit="code", label="0 with a child, 1 couple, 2 alone, 3 in the village home")
column("spouse", "i4", unit="slot", label="spouse in the village, or -1", initial=-1)
column("kin", "i4", unit="slot", label="one relative in the village, or -1", initial=-1)
column("neighbour", "i4", unit="slot", label="the place next door", initial=-1)
column("zone", "i2", unit="number", label="zone of neighbouring households")
column("children", "i1", unit="persons", label="living children")
column("near", "i1", unit="flag", label="a child lives near")
column("role", "i1", unit="code", label="helper: 0 woman, 1 cadre, 2 under-employed, 3 returned")
column("income", "i4", unit="fen/month", label="own income: pension, land, odd jobs")
column("remit", "i4", unit="fen/month", label="money from children")
column("dibao", "i1", unit="flag", label="on subsistence allowance")
column("land", "i2", unit="0.1 mu", label="land held")
column("skills", "i1", unit="bits", label="1 story, 2 farm, 4 craft")
column("health", "i1", unit="code", label="0 robust, 1 mild, 2 moderate, 3 severe")
column("dementia", "i1", unit="flag", label="has dementia")

state("number", "i8", unit="number", label="village number, from 1")
state("kind", "i8", unit="code", label="0 plain, 1 scenic, 2 craft heritage, 3 near town")
state("strength", "i8", unit="code", label="0 weak, 1 middle, 2 rich collective")
state("township", "i8", unit="number", label="township, from 0")
state("east", "f8", unit="km", label="position on the map")
state("north", "f8", unit="km", label="position on the map")
state("income_rank", "f8", unit="share", label="rank of the collective's income among all villages")
state("leader", "i8", unit="flag", label="a leader stands behind mutual aid")
state("association", "i8", unit="flag", label="an elderly association is active")
state("idle_building", "i8", unit="flag", label="an idle school or house can be renovated")
state("elders", "i8", unit="persons", label="living elders")
state("helpers", "i8", unit="persons", label="living helpers")
state("hint", "i8", unit="slot", label="no free slot lies below")
state("entered", "i8", unit="persons", label="entrants of this month, for serials")
flow("credit_dropped", unit="minutes", label="credits lost at death, departure or end of person")


class _World(NamedTuple):
    start: np.ndarray  # (villages + 1) first slot of each village's block
    used: np.ndarray  # (villages) slots ever used, from the block's start
    villages: np.recarray  # states
    flow: np.recarray  # this month's flows
    hours: np.ndarray  # (villages, stages, kinds) minutes this month
    pool: np.ndarray  # (villages, 2, 240) people aged 40-59 outside the table, by sex and month of birth
    posted: np.recarray  # postings waiting for settlement
    balance: np.recarray  # balances that decisions read
    work: np.ndarray  # (6, longest block + 2) int64 scratch of one kernel at a time
    sums: np.ndarray  # (longest block + 2) float64 scratch
    county: np.ndarray  # (villages) place of the village's county among those side by side
    pools: (
        np.ndarray
    )  # (3, villages) index of the pool that a village belongs to, by scope: itself, its township, its county
    tally: (
        np.ndarray
    )  # (9, villages) int64 scratch of one row of the month at a time, by village, pool or county
    means: np.ndarray  # (3, villages) float64 scratch
    # (6, villages) beds, day-care places and minutes of township centres this month: by pool, then by village
    centre: np.ndarray


class World(Table, _World):
    """What every kernel may need beside the persons."""


def record(registry: dict[str, Column], rows: int) -> np.recarray:
    """A record array of `rows` with the declared fields at their initial values."""
    dtype = np.dtype(
        [(c.name, c.dtype, c.shape) if c.shape else (c.name, c.dtype) for c in registry.values()]
    )
    made = np.zeros(rows, dtype)
    for c in registry.values():
        made[c.name] = c.initial
    return made.view(np.recarray)


def person_columns(slots: int) -> list[np.ndarray]:
    """Fresh columns of `slots` free slots, in order of declaration."""
    return [np.full((slots, *c.shape), c.initial, c.dtype) for c in COLUMNS.values()]


def pools_of(county: np.ndarray, township: np.ndarray, coupled: bool) -> np.ndarray:
    """`World.pools`; each village is alone where villages do not meet."""
    alone = np.arange(len(county))
    shared = [np.unique(x, return_inverse=True)[1] for x in (county * 100_000 + township, county)]
    return np.array([alone, *(shared if coupled else [alone, alone])], np.int64)


def scratch(start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scratch arrays for the longest block."""
    longest = max(int(np.diff(start).max()) + 2, 16)  # some kernels keep a dozen figures of their own there
    return np.zeros((6, longest), np.int64), np.zeros(longest, np.float64)


@inner
def sort_places(order, n, first, second):
    """Sort the first n of `order` by their values in `first`, then in `second`, from low to high.

    A Shell sort, as NumPy's takes seconds to compile.
    """
    gap = n // 2
    while gap > 0:
        for i in range(gap, n):
            moved, j = order[i], i
            while j >= gap:
                k = order[j - gap]
                if first[k] < first[moved] or (first[k] == first[moved] and second[k] <= second[moved]):
                    break
                order[j] = k
                j -= gap
            order[j] = moved
        gap //= 2


@inner
def sort_by(score, order):
    """Fill `order` with the places of `score` (float64) from low to high."""
    for i in range(len(order)):
        order[i] = i
    sort_places(order, len(order), score, score)


@inline
def wrap(k: int, n: int) -> int:
    """k modulo n for 0 <= k < 2 n: lists are walked from a drawn place without a division."""
    return k - n if k >= n else k


@kernel
def identity_of(number: int, serial: int) -> int:
    """Identity of a person: village number << 24 | serial."""
    return (np.int64(number) << 24) | np.int64(serial)


@inner
def free_slot(p, w, v):
    """The lowest free slot of village v (absolute); the caller has made sure that one exists."""
    i = w.start[v] + w.villages[v].hint
    while i < w.start[v] + w.used[v] and p.kind[i] != 0:
        i += 1
    if i == w.start[v] + w.used[v]:
        w.used[v] += 1
    w.villages[v].hint = i - w.start[v] + 1
    return i


@inner
def settle_in(p, w, v, i, kind, age, sex, month, zone_size):
    """Write a newcomer into free slot i.

    A neutral person, whom the parts then fill in. Returns the identity.
    """
    r = w.villages[v]
    serial = ((month + 1) << 12) | r.entered
    r.entered += 1
    p.kind[i], p.serial[i], p.age[i], p.sex[i] = kind, serial, age, sex
    p.living[i], p.spouse[i], p.kin[i] = 0, -1, -1
    p.zone[i] = (i - w.start[v]) // zone_size
    p.children[i], p.near[i], p.role[i] = 0, 0, 0
    p.income[i], p.remit[i], p.dibao[i], p.land[i], p.skills[i] = 0, 0, 0, 0, 0
    p.health[i], p.dementia[i] = 0, 0
    p.enrolled[i], p.volunteer[i], p.trained[i] = 0, 0, 0
    p.credit[i], p.tier[i] = 0, 0
    p.motivation[i], p.fatigue[i], p.acceptance[i], p.trust[i], p.loneliness[i] = 0.5, 0.0, 0.3, 0.5, 0.3
    p.satisfaction[i], p.last_active[i] = 0.5, NEVER
    p.free[i], p.offer[i], p.given[i], p.received[i], p.quota[i] = 0, 0, 0, 0, 0
    p.need[i, :] = 0
    p.dines[i], p.place[i] = 0, 0
    if kind == 1:
        r.elders += 1
    else:
        r.helpers += 1
    return identity_of(r.number, serial)


@inner
def hand_on(p, w, v, i):
    """Minutes of a leaver's credit that stay in the family.

    The spouse's, a relative's, or an account outside the county.
    """
    r, f = w.villages[v], w.flow[v]
    heir = p.spouse[i] if p.spouse[i] >= 0 else p.kin[i]
    kept = np.int64(int(p.credit[i]) * (r.heirs if p.kind[i] == 1 else r.portable))
    if kept > 0 and p.kind[i] == 1 and heir >= 0:
        p.credit[w.start[v] + heir] += kept
        f.credits_inherited += kept
    elif kept > 0 and (p.kind[i] == 2 or p.children[i] > 0):
        w.posted[v].credits_carried += kept
    else:
        kept = 0
    return kept


@inner
def vacate(p, w, v, i):
    """A person leaves the table: links let go, the account is settled, the slot is free for the next."""
    r = w.villages[v]
    if p.spouse[i] >= 0:
        p.spouse[w.start[v] + p.spouse[i]] = -1
    if p.kin[i] >= 0:
        p.kin[w.start[v] + p.kin[i]] = -1
    if p.partner[i] >= 0:
        p.partner[w.start[v] + p.partner[i]], p.partner[i] = -1, -1
    if p.credit[i] > 0:
        lost = int(p.credit[i]) - hand_on(p, w, v, i)
        w.posted[v].credits_forfeited += lost
        w.flow[v].credit_dropped += lost
    else:
        w.posted[v].credits_excused -= p.credit[i]
    p.credit[i] = 0
    if p.kind[i] == 1:
        r.elders -= 1
    else:
        r.helpers -= 1
    p.kind[i] = 0
    p.volunteer[i], p.enrolled[i], p.place[i] = 0, 0, 0
    r.hint = min(r.hint, i - w.start[v])


@inner
def start_row(p, w, v, offers, u):
    """Place of a drawn elder (or of a drawn person with an offer) in the village.

    Each is as likely to be the first.
    """
    heads, place = int(w.villages[v].elders), 0
    if offers:
        heads = 0
        for i in range(w.start[v], w.start[v] + w.used[v]):
            heads += 1 if p.offer[i] > 0 else 0
    left = int(u * heads)
    for j in range(w.used[v]):
        i = w.start[v] + j
        if (p.kind[i] == 1 and not offers) or (p.offer[i] > 0 and offers):
            if left == 0:
                place = j
                break
            left -= 1
    return place


@inner
def give(p, w, v, i, minutes):
    """Person i gives minutes of mutual aid: taken from the offer and from the month's budget, once."""
    p.offer[i] -= minutes
    p.free[i] -= minutes
    p.given[i] += minutes
    w.flow[v].time_aid += minutes


@inner
def give_traits(p, i, ident, c, key, craft_village):
    """Income, land, skills, children of an elder; `c` is the village's county values."""
    # in whole percent of the mean, so that yuan stay exact
    land = c.land_income * np.int64(uniform(key, ident, 21) * 201.0) // 100 if p.age[i] < 900 else 0
    p.income[i] = (
        c.pension
        * (100 - c.pension_spread + np.int64(uniform(key, ident, 20) * (2.0 * c.pension_spread + 1.0)))
        // 100
        + land
    )
    p.remit[i] = c.remittances * np.int64(uniform(key, ident, 22) * 201.0) // 100
    p.dibao[i] = 1 if uniform(key, ident, 23) < c.dibao else 0
    p.land[i] = np.int64(c.land_mu * 20.0 * uniform(key, ident, 24))
    p.children[i] = np.int64(c.children * 2.0 * uniform(key, ident, 25) + 0.5)
    p.near[i] = 1 if uniform(key, ident, 26) < c.child_near and p.children[i] > 0 else 0
    story = 1 if uniform(key, ident, 27) < c.story_share else 0
    farm = 2 if uniform(key, ident, 28) < c.farm_share else 0
    craft = 4 if craft_village and uniform(key, ident, 29) < c.craft_share else 0
    p.skills[i] = story | farm | craft


TRAITS = Purpose("population.traits")
VILLAGE = Purpose("population.village")

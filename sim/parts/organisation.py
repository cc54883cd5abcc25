"""M24 Organisation: leader, elderly association, training, insurance, honours; agreements and disputes,
village conventions, paid posts, volunteer drives, Party-building + care. Each is a mechanism by itself,
with own switch or size, state and bill. Supervision with a quality and safety state stands in
`quality.py`.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.state.codes import CADRE, CLOSED, ELIGIBLE, HELPER, MUTUAL, REDUCED, TOWNSHIP
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents


@section("organisation")
class Organisation:
    """Levels of support, each with its cost line, and the people behind it."""

    on: bool = switch(True, doc="off: no coordinator, training, insurance, publicity, honours; leaders stay")
    coordinator: float = par(
        300.0,
        unit="yuan/month",
        low=0.0,
        high=800.0,
        doc="stipend of the station's keeper, full service",
        source="assumption: half of a public-service post for old villagers (600-800, Daiyao 2025)",
        stored="fen",
    )
    visits_share: float = par(
        0.5, unit="ratio", low=0.0, high=1.0, doc="stipend of the keeper at visits only over full service"
    )
    insured: bool = par(
        True, unit="switch", doc="volunteers are insured", source="documents: accident insurance"
    )
    insurance: float = par(
        30.0,
        unit="yuan/year",
        low=17.0,
        high=100.0,
        doc="premium per volunteer",
        source="between 17 (Beijing 2013) and 100 (Yanqing 2018-21)",
        grade="C",
        stored="fen",
    )
    training: bool = par(True, unit="switch", doc="volunteers are trained", source="documents: training")
    training_cost: float = par(
        150.0, unit="yuan", low=20.0, high=500.0, doc="cost of training one volunteer", stored="fen"
    )
    publicity: float = par(
        50.0, unit="yuan/month", low=0.0, high=500.0, doc="publicity and theme days", stored="fen"
    )
    publicity_full: float = par(
        100.0,
        unit="yuan/month",
        low=20.0,
        high=500.0,
        doc="publicity money at which its pull is full",
        stored="fen",
    )
    honours: bool = par(True, unit="switch", doc="volunteers are honoured", source="documents: praise")
    leader_leaves: float = par(
        0.08, unit="share/year", low=0.02, high=0.25, doc="leaders who leave in a year"
    )
    leader_found: float = par(
        0.35, unit="share/year", low=0.1, high=0.8, doc="villages without a leader that find one in a year"
    )
    association_finds: float = par(
        2.0, unit="ratio", low=1.0, high=4.0, doc="the same with an association over without"
    )
    leader_person: bool = par(
        False,
        unit="switch",
        doc=(
            "the leader is one of the village's cadres and lost with that person; else leaders leave at "
            "leader_leaves"
        ),
        source="design choice",
    )
    leader_resigns: float = par(
        0.05,
        unit="share/year",
        low=0.0,
        high=0.3,
        doc="leaders who resign in a year though they stay, where the leader is a person",
    )
    associations: bool = par(
        False, unit="switch", doc="elderly associations are founded and lapse", source="design choice"
    )
    association_founded: float = par(
        0.06,
        unit="share/year",
        low=0.0,
        high=0.5,
        doc="villages without an association that found one in a year; twice that with a leader",
    )
    association_lapses: float = par(
        0.05,
        unit="share/year",
        low=0.0,
        high=0.5,
        doc="associations that lapse in a year; twice that without a leader",
    )
    association_cost: float = par(
        80.0,
        unit="yuan/month",
        low=0.0,
        high=500.0,
        doc="activity money of an association, where they are founded and lapse",
        stored="fen",
    )
    honour_cost: float = par(
        0.0,
        unit="yuan/year",
        low=0.0,
        high=200.0,
        doc="prize money per volunteer",
        source="design choice: praise is free unless a prize is set",
        stored="fen",
    )
    disputes: bool = par(False, unit="switch", doc="help leads to disputes", source="design choice")
    dispute_rate: float = par(
        1.0,
        unit="disputes/1000 h",
        low=0.0,
        high=20.0,
        doc="disputes in a thousand hours of mutual aid without agreements",
    )
    settled: float = par(
        0.5, unit="share", low=0.0, high=1.0, doc="disputes that a leader or association settles"
    )
    dispute_harm: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="loss of motivation and satisfaction by a dispute that is not settled",
    )
    agreements: bool = par(
        False,
        unit="switch",
        doc="written agreements between those who help and those who are helped",
        source="design choice",
    )
    agreement_cost: float = par(
        5.0, unit="yuan", low=0.0, high=50.0, doc="cost of one new agreement", stored="fen"
    )
    agreement_effect: float = par(
        0.5, unit="share", low=0.0, high=1.0, doc="disputes that agreements prevent"
    )
    conventions: bool = par(
        False, unit="switch", doc="villages write mutual aid into their convention", source="design choice"
    )
    convention_adopts: float = par(
        0.20, unit="share/year", low=0.0, high=1.0, doc="villages with a leader that adopt it in a year"
    )
    convention_norm: float = par(
        0.10, unit="share", low=0.0, high=0.5, doc="fall of the norm of family care by a convention"
    )
    convention_joins: float = par(
        1.1, unit="odds ratio", low=1.0, high=2.0, doc="odds of joining with a convention"
    )
    convention_calms: float = par(
        0.2, unit="share", low=0.0, high=1.0, doc="disputes that a convention prevents"
    )
    posts: int = par(
        0,
        unit="posts",
        low=0,
        high=10,
        doc="paid rural posts for help to the old, a village in service",
        source="design choice",
    )
    post_wage: float = par(
        700.0,
        unit="yuan/month",
        low=300.0,
        high=1500.0,
        doc="wage of a post",
        source="600-800: public-service post for old villagers (Daiyao 2025)",
        grade="C",
        stored="fen",
    )
    post_hours: float = par(
        40.0,
        unit="hours/month",
        low=5.0,
        high=100.0,
        doc="hours that the holder of a post adds",
        stored="minutes",
    )
    post_public: float = par(
        1.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc="wage of posts that the county pays",
        source="design choice: a public-service post",
    )
    drives: int = par(
        0,
        unit="drives/year",
        low=0,
        high=12,
        doc="volunteer drives a year (Silver Age Action, theme days), first in October",
        source="design choice",
    )
    drive_joins: float = par(
        1.5, unit="odds ratio", low=1.0, high=4.0, doc="odds of joining in the month of a drive"
    )
    drive_publicity: float = par(
        0.5, unit="ratio", low=0.0, high=2.0, doc="publicity of a drive over full publicity"
    )
    drive_cost: float = par(500.0, unit="yuan", low=0.0, high=5000.0, doc="cost of a drive", stored="fen")
    party: bool = par(
        False, unit="switch", doc="Party-building + rural care: members stand in", source="design choice"
    )
    party_finds: float = par(
        1.5, unit="ratio", low=1.0, high=4.0, doc="leaders found with Party-building over without"
    )
    party_hours: float = par(
        5.0,
        unit="hours/month",
        low=0.0,
        high=40.0,
        doc="duty hours that each cadre adds to visits",
        stored="minutes",
    )
    party_cost: float = par(
        60.0, unit="yuan/month", low=0.0, high=500.0, doc="activity money of Party-building", stored="fen"
    )
    bare: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc=(
            "villages that give no training, insurance or publicity, a trait of the village, unless they "
            "copy a neighbour"
        ),
        source="design choice",
    )
    copies: float = par(
        0.0,
        unit="share/year",
        low=0.0,
        high=1.0,
        doc=(
            "villages in service that each December take over training, insurance and publicity of the "
            "village of the township with the best hours share"
        ),
        source="design choice",
    )
    launch_boost: float = par(
        9.0,
        unit="ratio",
        low=0.0,
        high=20.0,
        doc="rise of joining and enrolling in the six months after opening",
    )


state("honours", "i8", unit="flag", label="honours are given")
state("insured", "i8", unit="flag", label="volunteers are insured")
state("training", "i8", unit="flag", label="training is given")
state("publicity", "f8", unit="ratio", label="publicity in force, 1 at full publicity money")
state("launching", "f8", unit="ratio", label="extra pull while the service is new")
state("leaderless", "i8", unit="months", label="months without a leader")
state(
    "leader_serial",
    "i8",
    unit="number",
    label="serial of the leader where the leader is a person",
    initial=-1,
)
state("convention", "i8", unit="flag", label="mutual aid stands in the village convention")
state("norm_left", "f8", unit="share", label="norm of family care that a convention leaves", initial=1.0)
state("pull", "f8", unit="ratio", label="odds of joining by convention and drive", initial=1.0)
state("duty", "i8", unit="minutes", label="duty that Party-building adds for each cadre")
state("driving", "i8", unit="flag", label="a volunteer drive runs this month")
state("bare", "i8", unit="flag", label="gives no training, insurance or publicity of itself")
state("copied", "i8", unit="flag", label="its levels are a neighbour's")
state(
    "levels",
    "i8",
    unit="units",
    label="levels copied: training (flag), insurance (flag), publicity (fen a month)",
    shape=(3,),
)
posting("cost_coordinator", debit="expense", credit="payables", label="bill: keeper of the station")
posting("cost_insurance", debit="expense", credit="payables", label="bill: insurance of volunteers")
posting("cost_training", debit="expense", credit="payables", label="bill: training")
posting("cost_publicity", debit="expense", credit="payables", label="bill: publicity")
posting("cost_stipend", debit="expense", credit="payables", label="bill: stipends of volunteers")
for _line, _label in (
    ("association", "elderly association"),
    ("honours", "prizes of volunteers"),
    ("agreements", "written agreements"),
    ("posts", "wages of paid posts"),
    ("drives", "volunteer drives"),
    ("party", "Party-building + care"),
):
    posting(f"cost_{_line}", debit="expense", credit="payables", label=f"bill: {_label}")
posting("grant_posts", debit="cash", credit="government", label="government: wages of paid posts")
flow("leader_lost", unit="villages", label="leaders who left this month")
flow("disputes", unit="times", label="disputes over help")
flow("disputes_left", unit="times", label="of these, not settled")
flow("posts_held", unit="persons", label="volunteers who hold a paid post")

LEADER_LOSS = 7  # its place among the shocks
LEADER = Purpose("organisation.leader")
ASSOCIATION = Purpose("organisation.association")
CONVENTION = Purpose("organisation.convention")
DISPUTE = Purpose("organisation.dispute")
POST = Purpose("organisation.post")
BARE = Purpose("organisation.bare")
COPY = Purpose("organisation.copy")


@inner
def find_rate(o, r):
    """Chance a month that a village finds a leader."""
    rate = o.leader_found / 12.0 * (o.association_finds if r.association == 1 else 1.0)
    return rate * o.party_finds if o.party == 1 else rate


@inner
def _leads(people, world, v, candidates, serial, key):
    """Slot of the leader of this serial, or of the cadre with the lowest draw; -1 where there is none."""
    best, place = 2.0, -1
    for i in residents(world, v):
        if people.kind[i] == HELPER and people.role[i] == CADRE:
            if not candidates and people.serial[i] == serial:
                place = i
            elif candidates:
                drawn = uniform(key, identity_of(world.villages[v].number, people.serial[i]), 1)
                if drawn < best:
                    best, place = drawn, i
    return place


@kernel
def lead(people, world, values, keys):
    """The leader is a cadre: gone with death, departure, the sixtieth birthday or a resignation; another
    is found.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        organisation, village = values.organisation[v], world.villages[v]
        if organisation.leader_person == 0:
            continue
        drawn, lost = uniform(key, village.number, 0), False
        if village.leader == 1 and village.leader_serial >= 0:
            lost = (
                _leads(people, world, v, False, village.leader_serial, key) < 0
                or drawn < organisation.leader_resigns / 12.0
            )
        elif village.leader == 1 or drawn < find_rate(
            organisation, village
        ):  # a leader of the start gets a name
            place = _leads(people, world, v, True, 0, key)
            lost = village.leader == 1 and place < 0
            if place >= 0:
                village.leader, village.leader_serial = 1, np.int64(people.serial[place])
        if lost:
            village.leader, village.leader_serial = 0, -1
            world.flow[v].leader_lost += 1


@inner
def _level(o, r, k):
    """Level of training, insurance (flags) or publicity (fen a month).

    A neighbour's where copied, else the village's own.
    """
    if r.copied == 1:
        return r.levels[k]
    if r.bare == 1:
        return np.int64(0)
    return np.int64(o.training if k == 0 else (o.insured if k == 1 else o.publicity))


@kernel
def support(world, values, month, calendar_month, held, keys, association_keys, convention_keys, bare_keys):
    """Leaders, associations and conventions come and go; levels of support follow the service."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        association_key = association_keys[world.county[v]]
        convention_key = convention_keys[world.county[v]]
        bare_key = bare_keys[world.county[v]]
        organisation, village = values.organisation[v], world.villages[v]
        village.bare = (
            1 if organisation.bare > 0.0 and uniform(bare_key, village.number, 0) < organisation.bare else 0
        )
        if not held and world.flow[v].shock_struck[LEADER_LOSS] > 0 and village.leader == 1:
            village.leader, village.leader_serial = 0, -1
            world.flow[v].leader_lost += 1
        if not held and organisation.leader_person == 0:
            u = uniform(key, village.number, 0)
            if village.leader == 1:
                if u < organisation.leader_leaves / 12.0:
                    village.leader = 0
                    world.flow[v].leader_lost += 1
            elif u < find_rate(organisation, village):
                village.leader = 1
        if not held and organisation.associations == 1:
            u = uniform(association_key, village.number, 0) * 12.0
            if village.association == 0:
                village.association = 1 if u < organisation.association_founded * (1 + village.leader) else 0
            elif u < organisation.association_lapses * (2 - village.leader):
                village.association = 0
        if not held and organisation.conventions == 1 and village.leader == 1 and village.convention == 0:
            village.convention = (
                1 if uniform(convention_key, village.number, 0) * 12.0 < organisation.convention_adopts else 0
            )
        in_force = village.convention == 1 and organisation.conventions == 1
        village.norm_left = 1.0 - organisation.convention_norm if in_force else 1.0
        village.driving = (
            1
            if village.level > CLOSED
            and (calendar_month - 10) % 12 * organisation.drives % 12 < organisation.drives
            else 0
        )
        village.pull = (organisation.convention_joins if in_force else 1.0) * (
            organisation.drive_joins if village.driving == 1 else 1.0
        )
        village.duty = organisation.party_hours if organisation.party == 1 else 0
        village.leaderless = 0 if village.leader == 1 else village.leaderless + 1
        serving = village.level > CLOSED
        village.honours = 1 if serving and organisation.honours == 1 else 0
        village.insured = (
            1 if serving and (_level(organisation, village, 1) == 1 or village.partner_insures > 0.0) else 0
        )
        village.training = 1 if serving and _level(organisation, village, 0) == 1 else 0
        village.publicity = (
            min(_level(organisation, village, 2) / max(organisation.publicity_full, 1), 1.0)
            if serving
            else 0.0
        )
        if village.driving == 1:
            village.publicity += organisation.drive_publicity
        village.launching = (
            organisation.launch_boost
            if serving and village.opened >= 0 and month - village.opened < 6
            else 0.0
        )


@kernel
def bills(world, values, public):
    """Cost lines of the month's support."""
    for v in range(len(world.used)):
        organisation, village, flow, post = (
            values.organisation[v],
            world.villages[v],
            world.flow[v],
            world.posted[v],
        )
        if village.level == CLOSED:
            continue
        post.cost_coordinator += int(
            organisation.coordinator
            * (1.0 if village.level >= REDUCED else organisation.visits_share)
            * village.wage_index
        )
        post.cost_publicity += _level(organisation, village, 2)
        if _level(organisation, village, 1) == 1 or village.partner_insures > 0.0:
            premium = flow.volunteers * organisation.insurance // 12
            given = np.int64(premium * village.partner_insures)
            post.partner_insurance += given
            post.cost_insurance += premium - given
        if village.partner_trains > 0.0:
            post.partner_training += flow.newly_trained * organisation.training_cost
        elif _level(organisation, village, 0) == 1:
            post.cost_training += flow.newly_trained * organisation.training_cost
        if organisation.honours == 1:
            post.cost_honours += flow.volunteers * organisation.honour_cost // 12
        if organisation.agreements == 1:
            post.cost_agreements += (flow.volunteers_joined + flow.joined_users) * organisation.agreement_cost
        if organisation.associations == 1 and village.association == 1:
            post.cost_association += organisation.association_cost
        if village.driving == 1:
            post.cost_drives += organisation.drive_cost
        if organisation.party == 1:
            post.cost_party += organisation.party_cost
        wages = np.int64(flow.posts_held * organisation.post_wage * village.wage_index)
        post.cost_posts += wages
        post.grant_posts += np.int64(wages * organisation.post_public) if public else 0


@kernel
def hold_posts(people, world, values, keys):
    """Posts go to the volunteers with the lowest lasting draws, and add hours to their offers."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        organisation, village, flow = values.organisation[v], world.villages[v], world.flow[v]
        if village.level == CLOSED:
            continue
        last = -1.0
        for _ in range(organisation.posts):
            best, holder = 2.0, -1
            for i in residents(world, v):
                if people.volunteer[i] == 1:
                    drawn = uniform(key, identity_of(village.number, people.serial[i]), 0)
                    if last < drawn < best:
                        best, holder = drawn, i
            if holder < 0:
                break
            last = best
            more = max(min(organisation.post_hours, np.int64(people.free[holder] - people.offer[holder])), 0)
            people.offer[holder] += more
            flow.offered += more
            flow.posts_held += 1


@inner
def _drawn(people, world, v, given, u):
    """Slot of a drawn person who gave (or received) this month, -1 where nobody did."""
    heads = 0
    for i in residents(world, v):
        heads += 1 if (people.given[i] if given else people.received[i]) > 0 else 0
    left = np.int64(u * heads)
    for i in residents(world, v):
        if (people.given[i] if given else people.received[i]) > 0:
            if left == 0:
                return i
            left -= 1
    return -1


@kernel
def quarrel(people, world, values, keys):
    """Disputes over the month's hours.

    Those not settled cost one helper motivation and one elder satisfaction.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        organisation, village, flow = values.organisation[v], world.villages[v], world.flow[v]
        if organisation.disputes == 0 or village.level == CLOSED:
            continue
        expected = (
            organisation.dispute_rate
            * flow.time_aid
            / 60_000.0
            * (1.0 - organisation.agreement_effect if organisation.agreements == 1 else 1.0)
        )
        if village.convention == 1 and organisation.conventions == 1:
            expected *= 1.0 - organisation.convention_calms
        for n in range(min(rounded(expected, key, village.number, 0), 20)):
            flow.disputes += 1
            if (village.leader == 1 or village.association == 1) and uniform(
                key, village.number, 3 * n + 1
            ) < organisation.settled:
                continue
            flow.disputes_left += 1
            helper = _drawn(people, world, v, True, uniform(key, village.number, 3 * n + 2))
            elder = _drawn(people, world, v, False, uniform(key, village.number, 3 * n + 3))
            if helper >= 0:
                people.motivation[helper] = np.float64(people.motivation[helper]) * (
                    1.0 - organisation.dispute_harm
                )
            if elder >= 0:
                people.satisfaction[elder] = np.float64(people.satisfaction[elder]) * (
                    1.0 - organisation.dispute_harm
                )


def run_support(model) -> None:
    """Leaders and levels of support."""
    if not model.parameters.organisation.on:
        return
    if model.month >= 0 and model.values.ever("organisation.leader_person"):
        lead(model.people, model.world, model.values.table, model.keys(LEADER))
    keys = model.keys(LEADER), model.keys(ASSOCIATION), model.keys(CONVENTION), model.lasting_keys(BARE)
    support(model.world, model.values.table, model.month, model.calendar_month, model.month < 0, *keys)


def run_copy(model) -> None:
    """Each December a village may take over the levels of the village of its township with the best hours
    share of the month.

    The hours share is mutual-aid hours over eligible hours; of equals the lower number is copied. Levels are
    read before anybody copies. Where villages do not meet, nobody copies.
    """
    o, s = model.values.organisation, model.state
    if (
        not model.parameters.organisation.on
        or model.month < 0
        or model.calendar_month != 12
        or not model.coupled
        or not model.values.ever("organisation.copies")
    ):
        return
    own = (
        np.stack([o["training"], o["insured"], o["publicity"]], axis=1).astype(np.int64)
        * (1 - s["bare"])[:, None]
    )
    levels = np.where(s["copied"][:, None] == 1, s["levels"], own)
    hours = model.world.hours.sum(axis=2)
    share = hours[:, MUTUAL] / np.maximum(hours[:, ELIGIBLE], 1)
    pool, keys = model.world.pools[TOWNSHIP], model.keys(COPY)
    order = [int(v) for v in np.lexsort((s["number"], -share, pool)) if s["level"][v] > 0]
    best: dict[int, int] = {}
    for v in order:
        first = best.setdefault(int(pool[v]), v)
        key = keys[model.world.county[v]]
        if share[first] > share[v] and uniform(key, int(s["number"][v]), 0) < o["copies"][v]:
            s["copied"][v], s["levels"][v] = 1, levels[first]


def run_posts(model) -> None:
    """Holders of paid posts."""
    if model.parameters.organisation.on and model.values.ever("organisation.posts"):
        hold_posts(model.people, model.world, model.values.table, model.lasting_keys(POST))


def run_disputes(model) -> None:
    """Disputes of the month."""
    if model.parameters.organisation.on and model.values.ever("organisation.disputes"):
        quarrel(model.people, model.world, model.values.table, model.keys(DISPUTE))


def run_bills(model) -> None:
    """The bills of support."""
    if model.parameters.organisation.on:
        bills(model.world, model.values.table, model.parameters.government.on)

"""M24 Organisation: leader, elderly association, training, insurance, honours; agreements and disputes,
village conventions, paid posts, volunteer drives, Party-building + care. Each is a mechanism by itself,
with own switch or size, state and bill. Supervision with a quality and safety state stands in
`quality.py`.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.state.codes import CADRE, ELIGIBLE, MUTUAL, TOWNSHIP
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of


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
def _leads(p, w, v, candidates, serial, key):
    """Slot of the leader of this serial, or of the cadre with the lowest draw; -1 where there is none."""
    best, place = 2.0, -1
    for i in range(w.start[v], w.start[v] + w.used[v]):
        if p.kind[i] == 2 and p.role[i] == CADRE:
            if not candidates and p.serial[i] == serial:
                place = i
            elif candidates:
                u = uniform(key, identity_of(w.villages[v].number, p.serial[i]), 1)
                if u < best:
                    best, place = u, i
    return place


@kernel
def lead(p, w, values, key):
    """The leader is a cadre: gone with death, departure, the sixtieth birthday or a resignation; another
    is found.
    """
    for v in range(len(w.used)):
        o, r = values.organisation[v], w.villages[v]
        if o.leader_person == 0:
            continue
        u, lost = uniform(key, r.number, 0), False
        if r.leader == 1 and r.leader_serial >= 0:
            lost = _leads(p, w, v, False, r.leader_serial, key) < 0 or u < o.leader_resigns / 12.0
        elif r.leader == 1 or u < find_rate(o, r):  # a leader of the start gets a name
            place = _leads(p, w, v, True, 0, key)
            lost = r.leader == 1 and place < 0
            if place >= 0:
                r.leader, r.leader_serial = 1, np.int64(p.serial[place])
        if lost:
            r.leader, r.leader_serial = 0, -1
            w.flow[v].leader_lost += 1


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
def support(w, values, month, calendar_month, held, key, association_key, convention_key, bare_key):
    """Leaders, associations and conventions come and go; levels of support follow the service."""
    for v in range(len(w.used)):
        o, r = values.organisation[v], w.villages[v]
        r.bare = 1 if o.bare > 0.0 and uniform(bare_key, r.number, 0) < o.bare else 0
        if not held and w.flow[v].shock_struck[LEADER_LOSS] > 0 and r.leader == 1:
            r.leader, r.leader_serial = 0, -1
            w.flow[v].leader_lost += 1
        if not held and o.leader_person == 0:
            u = uniform(key, r.number, 0)
            if r.leader == 1:
                if u < o.leader_leaves / 12.0:
                    r.leader = 0
                    w.flow[v].leader_lost += 1
            elif u < find_rate(o, r):
                r.leader = 1
        if not held and o.associations == 1:
            u = uniform(association_key, r.number, 0) * 12.0
            if r.association == 0:
                r.association = 1 if u < o.association_founded * (1 + r.leader) else 0
            elif u < o.association_lapses * (2 - r.leader):
                r.association = 0
        if not held and o.conventions == 1 and r.leader == 1 and r.convention == 0:
            r.convention = 1 if uniform(convention_key, r.number, 0) * 12.0 < o.convention_adopts else 0
        in_force = r.convention == 1 and o.conventions == 1
        r.norm_left = 1.0 - o.convention_norm if in_force else 1.0
        r.driving = 1 if r.level > 0 and (calendar_month - 10) % 12 * o.drives % 12 < o.drives else 0
        r.pull = (o.convention_joins if in_force else 1.0) * (o.drive_joins if r.driving == 1 else 1.0)
        r.duty = o.party_hours if o.party == 1 else 0
        r.leaderless = 0 if r.leader == 1 else r.leaderless + 1
        serving = r.level > 0
        r.honours = 1 if serving and o.honours == 1 else 0
        r.insured = 1 if serving and (_level(o, r, 1) == 1 or r.partner_insures > 0.0) else 0
        r.training = 1 if serving and _level(o, r, 0) == 1 else 0
        r.publicity = min(_level(o, r, 2) / max(o.publicity_full, 1), 1.0) if serving else 0.0
        if r.driving == 1:
            r.publicity += o.drive_publicity
        r.launching = o.launch_boost if serving and r.opened >= 0 and month - r.opened < 6 else 0.0


@kernel
def bills(w, values, public):
    """Cost lines of the month's support."""
    for v in range(len(w.used)):
        o, r, f, post = values.organisation[v], w.villages[v], w.flow[v], w.posted[v]
        if r.level == 0:
            continue
        post.cost_coordinator += int(o.coordinator * (1.0 if r.level >= 2 else o.visits_share) * r.wage_index)
        post.cost_publicity += _level(o, r, 2)
        if _level(o, r, 1) == 1 or r.partner_insures > 0.0:
            premium = f.volunteers * o.insurance // 12
            given = np.int64(premium * r.partner_insures)
            post.partner_insurance += given
            post.cost_insurance += premium - given
        if r.partner_trains > 0.0:
            post.partner_training += f.newly_trained * o.training_cost
        elif _level(o, r, 0) == 1:
            post.cost_training += f.newly_trained * o.training_cost
        if o.honours == 1:
            post.cost_honours += f.volunteers * o.honour_cost // 12
        if o.agreements == 1:
            post.cost_agreements += (f.volunteers_joined + f.joined_users) * o.agreement_cost
        if o.associations == 1 and r.association == 1:
            post.cost_association += o.association_cost
        if r.driving == 1:
            post.cost_drives += o.drive_cost
        if o.party == 1:
            post.cost_party += o.party_cost
        wages = np.int64(f.posts_held * o.post_wage * r.wage_index)
        post.cost_posts += wages
        post.grant_posts += np.int64(wages * o.post_public) if public else 0


@kernel
def hold_posts(p, w, values, key):
    """Posts go to the volunteers with the lowest lasting draws, and add hours to their offers."""
    for v in range(len(w.used)):
        o, r, f = values.organisation[v], w.villages[v], w.flow[v]
        if r.level == 0:
            continue
        last = -1.0
        for _ in range(o.posts):
            best, holder = 2.0, -1
            for i in range(w.start[v], w.start[v] + w.used[v]):
                if p.volunteer[i] == 1:
                    u = uniform(key, identity_of(r.number, p.serial[i]), 0)
                    if last < u < best:
                        best, holder = u, i
            if holder < 0:
                break
            last = best
            more = max(min(o.post_hours, np.int64(p.free[holder] - p.offer[holder])), 0)
            p.offer[holder] += more
            f.offered += more
            f.posts_held += 1


@inner
def _drawn(p, w, v, given, u):
    """Slot of a drawn person who gave (or received) this month, -1 where nobody did."""
    heads = 0
    for i in range(w.start[v], w.start[v] + w.used[v]):
        heads += 1 if (p.given[i] if given else p.received[i]) > 0 else 0
    left = np.int64(u * heads)
    for i in range(w.start[v], w.start[v] + w.used[v]):
        if (p.given[i] if given else p.received[i]) > 0:
            if left == 0:
                return i
            left -= 1
    return -1


@kernel
def quarrel(p, w, values, key):
    """Disputes over the month's hours.

    Those not settled cost one helper motivation and one elder satisfaction.
    """
    for v in range(len(w.used)):
        o, r, f = values.organisation[v], w.villages[v], w.flow[v]
        if o.disputes == 0 or r.level == 0:
            continue
        expected = (
            o.dispute_rate * f.time_aid / 60_000.0 * (1.0 - o.agreement_effect if o.agreements == 1 else 1.0)
        )
        if r.convention == 1 and o.conventions == 1:
            expected *= 1.0 - o.convention_calms
        for n in range(min(rounded(expected, key, r.number, 0), 20)):
            f.disputes += 1
            if (r.leader == 1 or r.association == 1) and uniform(key, r.number, 3 * n + 1) < o.settled:
                continue
            f.disputes_left += 1
            helper = _drawn(p, w, v, True, uniform(key, r.number, 3 * n + 2))
            elder = _drawn(p, w, v, False, uniform(key, r.number, 3 * n + 3))
            if helper >= 0:
                p.motivation[helper] = np.float64(p.motivation[helper]) * (1.0 - o.dispute_harm)
            if elder >= 0:
                p.satisfaction[elder] = np.float64(p.satisfaction[elder]) * (1.0 - o.dispute_harm)


def run_support(m) -> None:
    """Leaders and levels of support."""
    if not m.parameters.organisation.on:
        return
    if m.month >= 0 and m.values.ever("organisation.leader_person"):
        lead(m.people, m.world, m.values.table, m.key(LEADER))
    keys = m.key(LEADER), m.key(ASSOCIATION), m.key(CONVENTION), m.lasting_key(BARE)
    support(m.world, m.values.table, m.month, m.calendar_month, m.month < 0, *keys)


def run_copy(m) -> None:
    """Each December a village may take over the levels of the village of its township with the best hours
    share of the month.

    The hours share is mutual-aid hours over eligible hours; of equals the lower number is copied. Levels are
    read before anybody copies. Where villages do not meet, nobody copies.
    """
    o, s = m.values.organisation, m.state
    if (
        not m.parameters.organisation.on
        or m.month < 0
        or m.calendar_month != 12
        or not m.coupled
        or not m.values.ever("organisation.copies")
    ):
        return
    own = (
        np.stack([o["training"], o["insured"], o["publicity"]], axis=1).astype(np.int64)
        * (1 - s["bare"])[:, None]
    )
    levels = np.where(s["copied"][:, None] == 1, s["levels"], own)
    hours = m.world.hours.sum(axis=2)
    share = hours[:, MUTUAL] / np.maximum(hours[:, ELIGIBLE], 1)
    pool, key = m.world.pools[TOWNSHIP], m.key(COPY)
    order = [int(v) for v in np.lexsort((s["number"], -share, pool)) if s["level"][v] > 0]
    best: dict[int, int] = {}
    for v in order:
        first = best.setdefault(int(pool[v]), v)
        if share[first] > share[v] and uniform(key, int(s["number"][v]), 0) < o["copies"][v]:
            s["copied"][v], s["levels"][v] = 1, levels[first]


def run_posts(m) -> None:
    """Holders of paid posts."""
    if m.parameters.organisation.on and m.values.ever("organisation.posts"):
        hold_posts(m.people, m.world, m.values.table, m.lasting_key(POST))


def run_disputes(m) -> None:
    """Disputes of the month."""
    if m.parameters.organisation.on and m.values.ever("organisation.disputes"):
        quarrel(m.people, m.world, m.values.table, m.key(DISPUTE))


def run_bills(m) -> None:
    """Disputes over the month's help, and the bills of support."""
    run_disputes(m)
    if m.parameters.organisation.on:
        bills(m.world, m.values.table, m.parameters.government.on)

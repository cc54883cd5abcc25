"""M24 Organisation, as far as the first answer needs it: a leader who can leave, an association, training, insurance, honours, posts."""

from __future__ import annotations

from sim.ledger import posting
from sim.parameters import par, section, switch
from sim.population import flow, state
from sim.randomness import Purpose, kernel, uniform


@section("organisation")
class Organisation:
    """Levels of support, each with its cost line, and the people behind it."""

    on: bool = switch(True, "off: no coordinator, training, insurance, publicity, honours; leaders stay")
    coordinator: float = par(300.0, "yuan/month", 0.0, 800.0, "assumption: half of a public-service post for old villagers (600-800, Daiyao 2025)", "D", "stipend of the station's keeper, full service")
    visits_share: float = par(0.5, "ratio", 0.0, 1.0, "assumption", "D", "stipend of the keeper at visits only over full service")
    insured: bool = par(True, "switch", None, None, "documents: accident insurance", "D", "volunteers are insured")
    insurance: float = par(30.0, "yuan/year", 17.0, 100.0, "between 17 (Beijing 2013) and 100 (Yanqing 2018-21)", "C", "premium per volunteer")
    training: bool = par(True, "switch", None, None, "documents: training", "D", "volunteers are trained")
    training_cost: float = par(150.0, "yuan", 20.0, 500.0, "assumption", "D", "cost of training one volunteer")
    publicity: float = par(50.0, "yuan/month", 0.0, 500.0, "assumption", "D", "publicity and theme days")
    publicity_full: float = par(100.0, "yuan/month", 20.0, 500.0, "assumption", "D", "publicity money at which its pull is full")
    honours: bool = par(True, "switch", None, None, "documents: praise", "D", "volunteers are honoured")
    leader_leaves: float = par(0.08, "share/year", 0.02, 0.25, "assumption", "D", "leaders who leave in a year")
    leader_found: float = par(0.35, "share/year", 0.1, 0.8, "assumption", "D", "villages without a leader that find one in a year")
    association_finds: float = par(2.0, "ratio", 1.0, 4.0, "assumption", "D", "the same with an association over without")
    launch_boost: float = par(9.0, "ratio", 0.0, 20.0, "assumption", "D", "rise of joining and enrolling in the six months after opening")


state("honours", "i8", "flag", "honours are given")
state("insured", "i8", "flag", "volunteers are insured")
state("training", "i8", "flag", "training is given")
state("publicity", "f8", "ratio", "publicity in force, 1 at full publicity money")
state("launching", "f8", "ratio", "extra pull while the service is new")
state("leaderless", "i8", "months", "months without a leader")
posting("cost_coordinator", "expense", "payables", "bill: keeper of the station")
posting("cost_insurance", "expense", "payables", "bill: insurance of volunteers")
posting("cost_training", "expense", "payables", "bill: training")
posting("cost_publicity", "expense", "payables", "bill: publicity")
posting("cost_stipend", "expense", "payables", "bill: stipends of volunteers")
flow("leader_lost", "villages", "leaders who left this month")

LEADER = Purpose("organisation.leader")


@kernel
def support(w, organisation, month, held, leader_on, key):
    """Leaders come and go; levels of support follow the service."""
    for v in range(len(w.used)):
        o, r = organisation[v], w.villages[v]
        if leader_on and not held:
            u = uniform(key, r.number, 0)
            if r.leader == 1:
                if u < o.leader_leaves / 12.0:
                    r.leader = 0
                    w.flow[v].leader_lost += 1
            elif u < o.leader_found / 12.0 * (o.association_finds if r.association == 1 else 1.0):
                r.leader = 1
        r.leaderless = 0 if r.leader == 1 else r.leaderless + 1
        serving = r.level > 0
        r.honours = 1 if serving and o.honours == 1 else 0
        r.insured = 1 if serving and o.insured == 1 else 0
        r.training = 1 if serving and o.training == 1 else 0
        r.publicity = min(o.publicity / max(o.publicity_full, 1), 1.0) if serving else 0.0
        r.launching = o.launch_boost if serving and r.opened >= 0 and month - r.opened < 6 else 0.0


@kernel
def bills(w, organisation):
    """Cost lines of the month's support."""
    for v in range(len(w.used)):
        o, r, f, post = organisation[v], w.villages[v], w.flow[v], w.posted[v]
        if r.level == 0:
            continue
        post.cost_coordinator += int(o.coordinator * (1.0 if r.level >= 2 else o.visits_share) * r.wage_index)
        post.cost_publicity += o.publicity
        if o.insured == 1:
            post.cost_insurance += f.volunteers * o.insurance // 12
        if o.training == 1:
            post.cost_training += f.newly_trained * o.training_cost


def run_support(m) -> None:
    """Leaders and levels of support."""
    if m.parameters.organisation.on:
        support(m.world, m.values.organisation, m.month, m.month < 0, True, m.key(LEADER))


def run_bills(m) -> None:
    """The bills of support."""
    if m.parameters.organisation.on:
        bills(m.world, m.values.organisation)

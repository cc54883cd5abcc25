"""M24 Organisation: training, insurance, publicity, honours; drives, Party-building + care; their bills.

State   levels of support in force, and of whom a village copied them. The parameters of all of M24 and the
        states that its files share stand here; leaders, associations and conventions move in
        `organisation_leaders.py`, paid posts in `organisation_posts.py`, disputes in
        `organisation_disputes.py`; levels are copied in `organisation_copying.py` and paid for in
        `organisation_bills.py`. Supervision with a quality and safety state is `quality.py`.
Month   `run_support` after leaders have come and gone.
Off     no support, no bills; leaders stay. Each mechanism has its own switch or size, state and bill.
"""

from __future__ import annotations

from typing import ClassVar

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.support import PUBLICITY, TRAINING, is_insured, level

FIRST_DRIVE = 10  # calendar month
LAUNCH_MONTHS = 6  # a service is new so long


@section("organisation")
class Organisation:
    """Levels of support, each with its cost line, and the people behind it."""

    WHEN: ClassVar[dict[str, str]] = {  # conditions (one is enough): what is read under them
        "leader_person=true": "leader_resigns",
        "associations=true": "association_founded association_lapses association_cost",
        "disputes=true": "dispute_rate settled dispute_harm agreement_effect",
        "agreements=true": "agreement_cost",
        "conventions=true": "convention_adopts convention_norm convention_joins convention_calms",
        "posts!=0": "post_wage post_hours",
        "drives!=0": "drive_joins drive_publicity drive_cost",
        "party=true": "party_finds party_hours party_cost",
    }

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
        0.5,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="stipend of the keeper at visits only over full service",
        only=("plan.on=false",),
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
        doc="duty hours that each cadre and each member on the roster add to visits",
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
state("covered", "i8", unit="flag", label="volunteers are insured")
state("insured", "i8", unit="flag", label="their insurance moves joining and staying by odds")
state("training", "i8", unit="flag", label="training is given")
state("publicity", "f8", unit="ratio", label="publicity in force, 1 at full publicity money")
state("launching", "f8", unit="ratio", label="extra pull while the service is new")
state(
    "leaderless",
    "i8",
    unit="months",
    label="months without a leader",
    written_by=("organisation_leaders",),
)
state(
    "leader_serial",
    "i8",
    unit="number",
    label="serial of the leader where the leader is a person",
    initial=-1,
    written_by=("organisation_leaders",),
)
state(
    "convention",
    "i8",
    unit="flag",
    label="mutual aid stands in the village convention",
    written_by=("convention", "organisation_leaders"),
)
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
flow(
    "leader_lost",
    unit="villages",
    label="leaders who left this month",
    written_by=("organisation_leaders",),
)

BARE = Purpose("organisation.bare")


@inner
def has_drive(organisation, village, calendar_month):
    """Whether one of the drives, spread over the year from October on, falls on this month."""
    since = (calendar_month - FIRST_DRIVE) % 12
    return village.level > CLOSED and since * organisation.drives % 12 < organisation.drives


@inner
def is_new(village, month):
    """Whether the service opened less than half a year ago."""
    return village.launched >= 0 and month - village.launched < LAUNCH_MONTHS


@inner
def apply_convention(organisation, village):
    """What a convention, a drive and fear of accidents do: to the norm of family care, and to joining."""
    in_force = village.convention == 1 and organisation.conventions == 1
    village.norm_left = 1.0 - organisation.convention_norm if in_force else 1.0
    village.pull = (organisation.convention_joins if in_force else 1.0) * (
        organisation.drive_joins if village.driving == 1 else 1.0
    )
    village.pull *= 1.0 - village.fear


@inner
def set_levels(organisation, village, month, drive_built, told):
    """Honours, insurance, training, publicity and the pull of the new: none while closed.

    Where accidents of helpers are `told` of, insurance acts by them.
    """
    serving = village.level > CLOSED
    village.honours = 1 if serving and organisation.honours == 1 else 0
    village.covered = 1 if serving and is_insured(organisation, village) else 0
    village.insured = 0 if told else village.covered
    village.training = 1 if serving and level(organisation, village, TRAINING) == 1 else 0
    village.publicity = 0.0
    if serving:
        money = level(organisation, village, PUBLICITY)
        village.publicity = min(money / max(organisation.publicity_full, 1), 1.0)
    if village.driving == 1:
        village.publicity += organisation.drive_publicity
    pull = organisation.launch_boost * (drive_built if village.by_drive == 1 else 1.0)
    village.launching = pull if serving and is_new(village, month) else 0.0


@kernel
def support(world, values, month, calendar_month, bare_keys):
    """Levels of support follow the service."""
    for v in range(len(world.used)):
        organisation, village = values.organisation[v], world.villages[v]
        trait = uniform(bare_keys[world.county[v]], village.number, 0)
        village.bare = 1 if trait < organisation.bare else 0
        village.driving = 1 if has_drive(organisation, village, calendar_month) else 0
        apply_convention(organisation, village)
        village.duty = organisation.party_hours if organisation.party == 1 else 0
        told = values.injury[v].on == 1
        set_levels(organisation, village, month, values.station[v].drive_built, told)


def run_support(model) -> None:
    """Levels of support."""
    if model.parameters.organisation.on:
        support(model.world, model.values.table, model.month, model.calendar_month, model.lasting_keys(BARE))

"""M9 Transfer of time credits: to family, to heirs, to and from an account outside the county.

State   what an heir gets (`heirs`) and whether an account goes along (`portable`). Parameters, flows and
        postings of all of M9 stand here; credits meet other villages in `clearing_platform.py` and become
        care services, goods and practice credits in `clearing_redemption.py`.
Month   `run_heirs` before anybody leaves; `run_family` before help is asked for: children who live away
        deposit credit, and spare credit passes to a spouse or relative in need.
Off     credit is spent in the own village or lost. All of it needs the time bank.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import ELDER, FREE, WITH_CHILD
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import choice, par, section, switch
from sim.state.people import identity_of, need_left, residents, served_without_credit


@section("clearing")
class Clearing:
    """What may be done with credit beside asking the own village; all of it needs the time bank."""

    on: bool = switch(False, doc="off: credit is spent in the own village or lost")
    keep: float = par(
        10.0,
        unit="hours",
        low=0.0,
        high=200.0,
        doc="credit that a person keeps before giving away or redeeming",
        stored="minutes",
    )
    transfer: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="credit over that which goes to a spouse or relative short of credit, in a month",
    )
    heirs: float = par(
        0.8,
        unit="share",
        low=0.0,
        high=1.0,
        doc="an elder's credit that passes to direct family at death or departure",
        source="design choice",
    )
    portable: float = par(
        0.8,
        unit="share",
        low=0.0,
        high=1.0,
        doc="a helper's credit that goes along when the helper moves away or dies (to the family)",
        source="design choice",
    )
    away_givers: float = par(
        0.02,
        unit="share",
        low=0.0,
        high=0.5,
        doc="elders whose children live away and give time there for a parent's account",
    )
    away_hours: float = par(
        4.0,
        unit="hours/month",
        low=0.0,
        high=20.0,
        doc="hours such a child deposits",
        source="assumption; an active volunteer gives 4 (1-20)",
        stored="minutes",
    )
    scope: str = choice(
        "township",
        choices=("village", "township", "county"),
        doc="how far the platform reaches; village: no further than the village",
    )
    reach: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="hours left over that can serve another village",
        source="assumption: the rest is lost to distance",
    )
    care: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="rehabilitation and personal care left over that is redeemed as a care service",
    )
    care_price: float = par(
        20.0,
        unit="yuan/hour",
        low=8.0,
        high=40.0,
        doc="what the village pays for such an hour",
        source="assumption: paid care at home",
        stored="fen",
    )
    goods: float = par(
        0.05,
        unit="share/month",
        low=0.0,
        high=1.0,
        doc="credit over the kept that is redeemed for goods in a month",
        source="assumption; 20 goods to 70 services (The Nanjinger 2017)",
    )
    goods_price: float = par(
        8.0,
        unit="yuan/hour",
        low=0.0,
        high=20.0,
        doc="goods that the village gives for an hour",
        source="assumption below the 12 of an hour (The Nanjinger 2017)",
        stored="fen",
    )
    cash_share: float = par(
        0.1,
        unit="share",
        low=0.0,
        high=1.0,
        doc=(
            "most of the village's cash that goes into goods and into care services in a month, and into "
            "settlement in December, each"
        ),
    )
    settle_price: float = par(
        0.0,
        unit="yuan/hour",
        low=0.0,
        high=20.0,
        doc=(
            "what a village in service pays each December for an hour that it owes the platform; 0: "
            "claims stand"
        ),
        source="design choice: claims stand; where they are paid, about goods_price (assumption)",
        stored="fen",
    )
    practice: float = par(
        0.05,
        unit="share/month",
        low=0.0,
        high=1.0,
        doc="credit over the kept that under-employed and returned helpers turn into practice credits",
    )
    guarantee: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="hours asked on credit and served by nobody that government buys",
        source="design choice",
    )
    guarantee_price: float = par(
        20.0,
        unit="yuan/hour",
        low=8.0,
        high=60.0,
        doc="price of such an hour",
        source="assumption: paid care at home",
        stored="fen",
    )
    guarantee_ceiling: float = par(
        3000.0,
        unit="yuan/year",
        low=0.0,
        high=50000.0,
        doc="most that government pays for one village, a twelfth each month",
        stored="fen",
    )


state("heirs", "f8", unit="share", label="an elder's credit that passes to direct family")
state("portable", "f8", unit="share", label="a helper's credit that goes along on moving away or dying")
flow(
    "credits_inherited",
    unit="minutes",
    label="credit that passed to a spouse or relative in the village at death or departure",
    written_by=("people",),
)
flow("credits_transferred", unit="minutes", label="credit given to a spouse or relative")
flow(
    "platform_got",
    unit="minutes",
    label="minutes received through the platform",
    written_by=("clearing_platform",),
)
flow(
    "platform_given",
    unit="minutes",
    label="minutes given through the platform",
    written_by=("clearing_platform",),
)
flow(
    "care_redeemed", unit="minutes", label="care services had for credit", written_by=("clearing_redemption",)
)
flow("goods_asked", unit="minutes", label="credit brought for goods", written_by=("clearing_redemption",))
flow("goods_minutes", unit="minutes", label="credit redeemed for goods", written_by=("clearing_redemption",))
flow(
    "guarantee_minutes",
    unit="minutes",
    label="minutes that the guarantee bought",
    written_by=("clearing_redemption",),
)
posting(
    "credits_carried",
    debit="credits_held",
    credit="credit_abroad",
    label="credits taken to an account outside the county",
    unit="minutes",
)
posting(
    "credits_deposited",
    debit="credit_abroad",
    credit="credits_held",
    label="credits deposited from outside the county",
    unit="minutes",
)
posting(
    "credits_cleared_out",
    debit="credit_platform",
    credit="credit_issue",
    label="hours given to other villages: a claim on the platform",
    unit="minutes",
)
posting(
    "credits_cleared_in",
    debit="credit_issue",
    credit="credit_platform",
    label="hours received from other villages: owed to the platform",
    unit="minutes",
)
posting(
    "credits_settled_out",
    debit="credit_platform",
    credit="credit_issue",
    label="hours owed to the platform that were paid in money",
    unit="minutes",
)
posting(
    "credits_settled_in",
    debit="credit_issue",
    credit="credit_platform",
    label="claims on the platform that were paid in money",
    unit="minutes",
)
posting(
    "settlement_paid", debit="settlement", credit="cash", label="paid to other villages for hours received"
)
posting("settlement_got", debit="cash", credit="settlement", label="got from other villages for hours given")
posting(
    "credits_goods",
    debit="credits_held",
    credit="credit_issue",
    label="credits redeemed for goods",
    unit="minutes",
)
posting(
    "credits_practice",
    debit="credits_held",
    credit="credit_issue",
    label="credits turned into practice credits",
    unit="minutes",
)
posting("cost_goods", debit="expense", credit="payables", label="bill: goods for credits")
posting("cost_care_service", debit="expense", credit="payables", label="bill: care services for credits")
posting(
    "guarantee_called",
    debit="guaranteed_care",
    credit="government",
    label="government: hours bought under the guarantee",
)

AWAY = Purpose("clearing.away")


@kernel
def inherit(world, values):
    """What heirs get, and whether accounts can be taken along, as it stands this month."""
    for v in range(len(world.used)):
        village, clearing = world.villages[v], values.clearing[v]
        village.heirs, village.portable = clearing.heirs, clearing.portable


@inner
def children_away(people, i):
    """Whether an elder has children and all of them live away."""
    return people.children[i] > 0 and people.near[i] == 0 and people.living[i] != WITH_CHILD


@inner
def deposit(people, i, clearing, number, key, post):
    """A child who gives time elsewhere deposits the credit with a parent; who does, lasts."""
    if people.kind[i] == ELDER and children_away(people, i):
        if uniform(key, identity_of(number, people.serial[i]), 0) < clearing.away_givers:
            people.credit[i] += clearing.away_hours
            post.credits_deposited += clearing.away_hours


@inner
def relative_of(people, i):
    """Slot of the spouse or else of a relative in the village, -1 where there is none."""
    return people.spouse[i] if people.spouse[i] >= 0 else people.kin[i]


@inner
def pass_on(people, world, v, i, clearing, timebank):
    """Part of the spare credit goes to the relative, as far as the relative's need tops the own credit."""
    relative = world.start[v] + relative_of(people, i)
    if people.kind[relative] != ELDER or served_without_credit(people, relative, timebank):
        return
    spare = np.int64((int(people.credit[i]) - clearing.keep) * clearing.transfer)
    moved = min(spare, need_left(people, relative) - max(int(people.credit[relative]), 0))
    if moved > 0:
        people.credit[i] -= moved
        people.credit[relative] += moved
        world.flow[v].credits_transferred += moved


@kernel
def to_family(people, world, values, keys):
    """Deposits of children who live away, then gifts to family, person by person."""
    for v in range(len(world.used)):
        clearing, timebank, post = values.clearing[v], values.timebank[v], world.posted[v]
        key, number = keys[world.county[v]], world.villages[v].number
        for i in residents(world, v):
            if people.kind[i] == FREE:
                continue
            deposit(people, i, clearing, number, key, post)
            if people.credit[i] > clearing.keep and relative_of(people, i) >= 0:
                pass_on(people, world, v, i, clearing, timebank)


def _on(model) -> bool:
    return model.parameters.clearing.on and model.parameters.timebank.on


def run_heirs(model) -> None:
    """What of the accounts of those who leave stays in the family."""
    if _on(model):
        inherit(model.world, model.values.table)


def run_family(model) -> None:
    """Deposits from outside and gifts of credit."""
    if _on(model):
        to_family(model.people, model.world, model.values.table, model.lasting_keys(AWAY))

"""M30 Favours: inhabitants ask one another for favours of one unit, outside the needs that the station meets.

State   what neighbours owe one another (`tally`), and what lies in common accounts (`pooled`).
Month   `run` once the bank's month is closed: `favours` a head are asked, one after the other, by drawn
        inhabitants. Accounts are the bank's own (who asks pays who gives, down to the bank's overdraft),
        one common account a kind of favour (the pool), or tallies of pairs who trust one another, along a
        path of trust. A favour takes the giver's free time.
Off     nobody asks for favours.

Set by themselves these are published models: random exchange (Dragulescu and Yakovenko 2000), a scrip system
with threshold strategies (Kash, Friedman, Halpern, arXiv 0705.4110), the baby-sitting co-op (Sweeney and
Sweeney 1977), a students' time bank (Terna), a credit network (Dandekar et al., arXiv 1007.0515); see
`python run.py reproduce list`. In a village all numbers of this part are assumptions.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, below, rounded, uniform
from sim.state.codes import ALTRUIST, FREE, HOARDER, OPPORTUNIST, ORDINARY
from sim.state.fields import column, flow, state
from sim.state.ledger import posting
from sim.state.parameters import choice, par, section, switch
from sim.state.people import charge, identity_of, residents

ACCOUNTS = ("own", "pool", "tallies")
OWN, POOL, TALLIES = range(3)


@section("exchange")
class Exchange:
    """Who asks whom for a favour, and how it is paid."""

    on: bool = switch(False, doc="off: nobody asks for favours")
    accounts: str = choice(
        "own",
        choices=ACCOUNTS,
        doc=(
            "how favours are paid; own: from one balance at the bank to the other; pool: a common account "
            "for each kind; tallies: pairs who trust one another keep count, no bank is asked"
        ),
    )
    favours: float = par(
        2.0,
        unit="favours/month",
        low=0.0,
        high=20.0,
        doc="favours asked for each inhabitant, accounts allowing",
    )
    unit: float = par(1.0, unit="hours", low=0.25, high=4.0, doc="length of a favour", stored="minutes")
    threshold: float = par(
        1500.0,
        unit="hours",
        low=0.0,
        high=1500.0,
        doc="balance from which on a person gives no favours",
        source="assumption; the bank's cap",
        stored="minutes",
        only=("accounts=own",),
    )
    reserve: float = par(
        -40.0,
        unit="hours",
        low=-40.0,
        high=200.0,
        doc="balance below which a person asks for nothing; -40: the overdraft alone limits",
        stored="minutes",
        only=("accounts=own",),
    )
    kinds: int = par(
        1, unit="kinds", low=1, high=4, doc="kinds of favours, each with an account", only=("accounts=pool",)
    )
    deposits: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=3.0,
        doc="favours put into the pool for each that is asked, where nobody only asks",
        only=("accounts=pool",),
    )
    imitation: float = par(
        0.0, unit="share", low=0.0, high=1.0, doc="of those who are refused, how many only ask from then on"
    )
    trusted: int = par(
        2,
        unit="households",
        low=1,
        high=8,
        doc="households that each picks to trust; the first of them a tree",
        only=("accounts=tallies",),
    )
    capacity: int = par(
        4,
        unit="favours",
        low=1,
        high=100,
        doc="favours between which a pair's tally moves, both sides together",
        only=("accounts=tallies",),
    )


MOST_TRUSTED, MOST_KINDS = 8, 4
column(
    "tally",
    "i1",
    unit="favours",
    label="what each trusted household gave over what it got, favours",
    shape=(MOST_TRUSTED,),
)
state("pooled", "i8", unit="minutes", label="credit in the common accounts, by kind", shape=(MOST_KINDS,))
flow("favours_asked", unit="times", label="favours asked")
flow("favours_paid", unit="times", label="favours given for credit")
flow("favours_gift", unit="times", label="favours given for nothing by altruists")
flow("favours_penniless", unit="times", label="favours refused for want of credit, trust or deposits")
flow("favours_unwilling", unit="times", label="favours refused as nobody was willing")
flow("time_favours", unit="minutes", label="time that favours took")
posting(
    "credits_pooled",
    debit="credit_issue",
    credit="credit_pool",
    label="credits put into common accounts",
    unit="minutes",
)
posting(
    "credits_drawn",
    debit="credit_pool",
    credit="credit_issue",
    label="credits drawn from common accounts",
    unit="minutes",
)

FAVOUR = Purpose("exchange.favour")
TRUST = Purpose("exchange.trust")

HEADS, BEYOND, LINK = range(
    3
)  # rows of the village's scratch: inhabitants; where a path goes on, by which tie
TRIES = 64  # draws of a willing inhabitant before the village is walked through
ASKER, KIND, GIVER = 0, 1, 3  # indices of draws; those of givers go on from theirs
NOWHERE, HERE = -2, -1  # no path known; the path ends


# -- who asks, who gives
@inner
def list_inhabitants(people, world, v):
    """Rows of the inhabitants, in the village's scratch; their number."""
    count = 0
    for i in residents(world, v):
        world.work[HEADS, count] = i
        count += people.kind[i] != FREE
    return count


@inner
def has_time(people, i, unit):
    """Whether a person has the time and the will for a favour."""
    return people.leaning[i] != OPPORTUNIST and people.free[i] >= unit


@inner
def can_pay(people, i, exchange, timebank):
    """Whether the bank charges the account for a whole favour."""
    return charge(int(people.credit[i]), exchange.unit, timebank.overdraft) == exchange.unit


@inner
def suits(people, giver, asker, pays, exchange):
    """Whether a person serves the asker: for credit below the threshold, altruists in any case."""
    if giver == asker or not has_time(people, giver, exchange.unit):
        return False
    return people.leaning[giver] == ALTRUIST or (pays and people.credit[giver] < exchange.threshold)


@inner
def find_giver(people, world, asker, pays, exchange, count, key, identity):
    """A drawn person who serves the asker, each as likely, or -1; after many tries the next one round."""
    drawn = 0
    for attempt in range(TRIES):
        drawn = below(key, identity, GIVER + attempt, count)
        giver = world.work[HEADS, drawn]
        if suits(people, giver, asker, pays, exchange):
            return giver
    for step in range(count):
        giver = world.work[HEADS, (drawn + step) % count]
        if suits(people, giver, asker, pays, exchange):
            return giver
    return -1


@inner
def refuse(people, i, exchange, key, identity):
    """Somebody who asked in vain may turn to asking only."""
    turns = exchange.imitation > 0.0 and people.leaning[i] == ORDINARY
    if turns and uniform(key, identity, GIVER - 1) < exchange.imitation:
        people.leaning[i] = OPPORTUNIST


@inner
def take_time(people, giver, unit, flow):
    """A favour takes the giver's free minutes."""
    people.free[giver] -= unit
    flow.time_favours += unit


# -- accounts at the bank
@inner
def through_bank(people, world, v, asker, exchange, timebank, count, key, identity):
    """A favour from one account to the other, or for nothing from an altruist, also for the penniless."""
    flow, post = world.flow[v], world.posted[v]
    if people.leaning[asker] == HOARDER or people.credit[asker] < exchange.reserve:
        return
    flow.favours_asked += 1
    pays = can_pay(people, asker, exchange, timebank)
    giver = find_giver(people, world, asker, pays, exchange, count, key, identity)
    if giver < 0:
        flow.favours_penniless += 0 if pays else 1
        flow.favours_unwilling += 1 if pays else 0
        refuse(people, asker, exchange, key, identity)
        return
    take_time(people, giver, exchange.unit, flow)
    if people.leaning[giver] == ALTRUIST:
        flow.favours_gift += 1
        return
    flow.favours_paid += 1
    people.credit[asker] -= exchange.unit
    people.credit[giver] += exchange.unit
    post.credits_spent += exchange.unit
    post.credits_earned += exchange.unit


# -- common accounts
@inner
def put_in_pool(people, world, v, exchange, count, key, identity):
    """Drawn inhabitants put favours in, as many as are asked for; who only asks puts in none."""
    post, pooled = world.posted[v], world.villages[v].pooled
    for attempt in range(rounded(exchange.deposits, key, identity, GIVER)):
        giver = world.work[HEADS, below(key, identity, GIVER + 1 + attempt, count)]
        if has_time(people, giver, exchange.unit):
            take_time(people, giver, exchange.unit, world.flow[v])
            pooled[below(key, identity, GIVER + 8 + attempt, exchange.kinds)] += exchange.unit
            post.credits_pooled += exchange.unit


@inner
def from_pool(people, world, v, asker, exchange, count, key, identity):
    """A favour out of the account of its kind, while there is one in it."""
    flow, post, pooled = world.flow[v], world.posted[v], world.villages[v].pooled
    put_in_pool(people, world, v, exchange, count, key, identity)
    kind = below(key, identity, KIND, exchange.kinds)
    flow.favours_asked += 1
    if pooled[kind] < exchange.unit:
        flow.favours_penniless += 1
        refuse(people, asker, exchange, key, identity)
        return
    pooled[kind] -= exchange.unit
    post.credits_drawn += exchange.unit
    flow.favours_paid += 1


# -- tallies of pairs
@inner
def trusted_place(place, tie, used, number, key):
    """The place that a household picks; the first among those before it, so that first ties make a tree."""
    drawn = identity_of(number, place)
    if tie == 0:
        return below(key, drawn, 0, place) if place > 0 else HERE
    other = below(key, drawn, tie, used - 1)
    return other + (1 if other >= place else 0)


@inner
def can_pass(tally, exchange, outwards):
    """Whether one more favour passes a tie: from the trusted to who picked it (outwards), or back."""
    half = exchange.capacity // 2
    return tally < exchange.capacity - half if outwards else tally > -half


@inner
def look_on(people, world, v, place, tie, exchange, key):
    """Whether a tie brings a household to the path that was not on it yet.

    BEYOND[household] is the next towards the asker; LINK the tie: its number where the household picked it,
    else -1 less its number.
    """
    first, beyond, link = world.start[v], world.work[BEYOND], world.work[LINK]
    other = trusted_place(place, tie, world.used[v], world.villages[v].number, key)
    if other < 0 or people.kind[first + place] == FREE or people.kind[first + other] == FREE:
        return False
    known = beyond[place] != NOWHERE
    if known == (beyond[other] != NOWHERE):
        return False
    if not can_pass(int(people.tally[first + place, tie]), exchange, known):
        return False
    if known:
        beyond[other], link[other] = place, -1 - tie
    else:
        beyond[place], link[place] = other, tie
    return True


@inner
def find_path(people, world, v, giver, asker, exchange, key):
    """Whether favours can pass from giver to asker, places in the village.

    Which path is taken does not matter for who is served later (Dandekar et al.).
    """
    used, beyond, grown = world.used[v], world.work[BEYOND], True
    beyond[:used] = NOWHERE
    beyond[asker] = HERE
    while grown and beyond[giver] == NOWHERE:
        grown = False
        for place in range(used):
            for tie in range(exchange.trusted):
                grown |= look_on(people, world, v, place, tie, exchange, key)
    return beyond[giver] != NOWHERE


@inner
def pass_along(people, world, v, giver):
    """Each pair on the path notes the favour in its tally."""
    first, place = world.start[v], giver
    while world.work[BEYOND, place] != HERE:
        onward, tie = world.work[BEYOND, place], world.work[LINK, place]
        if tie >= 0:
            people.tally[first + place, tie] -= 1
        else:
            people.tally[first + onward, -1 - tie] += 1
        place = onward


@inner
def through_trust(people, world, v, asker, exchange, count, key, identity, trust_key):
    """A favour of a drawn inhabitant, who trusts the asker or somebody on the way."""
    flow = world.flow[v]
    giver = world.work[HEADS, below(key, identity, GIVER, count)]
    if giver == asker:
        return
    flow.favours_asked += 1
    start = world.start[v]
    if not has_time(people, giver, exchange.unit):
        flow.favours_unwilling += 1
    elif find_path(people, world, v, giver - start, asker - start, exchange, trust_key):
        pass_along(people, world, v, giver - start)
        take_time(people, giver, exchange.unit, flow)
        flow.favours_paid += 1
    else:
        flow.favours_penniless += 1
        refuse(people, asker, exchange, key, identity)


@kernel
def ask_favours(people, world, values, accounts, keys, trust_keys):
    """Favours of the month in every village, one after the other."""
    for v in range(len(world.used)):
        key, trust_key, exchange = keys[world.county[v]], trust_keys[world.county[v]], values.exchange[v]
        count, number = list_inhabitants(people, world, v), world.villages[v].number
        for turn in range(rounded(exchange.favours * count, key, number, 0) if count > 1 else 0):
            identity = identity_of(number, turn + 1)
            asker = world.work[HEADS, below(key, identity, ASKER, count)]
            if accounts == TALLIES:
                through_trust(people, world, v, asker, exchange, count, key, identity, trust_key)
            elif accounts == POOL:
                from_pool(people, world, v, asker, exchange, count, key, identity)
            else:
                through_bank(people, world, v, asker, exchange, values.timebank[v], count, key, identity)


def run(model) -> None:
    """Favours of the month; accounts at the bank and pools need the bank."""
    parameters = model.parameters
    exchange = parameters.exchange
    if exchange.on and (parameters.timebank.on or exchange.accounts == "tallies"):
        ask_favours(
            model.people,
            model.world,
            model.values.table,
            ACCOUNTS.index(exchange.accounts),
            model.keys(FAVOUR),
            model.lasting_keys(TRUST),
        )

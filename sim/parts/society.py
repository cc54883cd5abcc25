"""M18 Society: gifts, partner organisations and enterprises.

Gifts (local, of enterprises, of fellow villagers) are large and rare, respond to visibility, and may stop. A
partner organisation brings skills (it trains helpers), medical links (clinic hours, where M7 is on) and
insurance, each at its own cost and outside the village's books. An enterprise paired with a township gives
its villages a steady sum.

State   visibility, and what a partner brings this month.
Month   `run_partners` before support is set, `run_pay` in the settlement, `run_visibility` at the month's
        end.
Off     society gives nothing; visibility is still counted.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, below, uniform
from sim.start.tables import lognormal_quantiles, normal_edges
from sim.state.codes import CLOSED, NO_MONEY, SOCIETY
from sim.state.fields import state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.world import pays_alike

FULL_VISITORS = 1000.0  # a month, at which visitors make a village seen in full


@section("society")
class Society:
    """Charities, enterprises, fellow villagers."""

    on: bool = switch(True, doc="off: society gives nothing")
    ceiling: float = par(
        8000.0,
        unit="yuan/year",
        low=0.0,
        high=50000.0,
        doc="gifts a village can count on in a year, before visibility",
        source="assumption: typical yearly gifts to a village station",
        stored="fen",
    )
    gifts_per_year: float = par(
        2.0,
        unit="gifts/year",
        low=0.5,
        high=12.0,
        doc="number of gifts in a year",
        source="assumption: rare and large",
    )
    spread: float = par(
        1.2,
        unit="log units",
        low=0.5,
        high=1.6,
        doc="sigma of the lognormal size of a gift",
        source="assumption: relative standard deviation 0.4-1.5 a year",
        live=False,
    )
    visibility: float = par(
        0.5,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="rise of gifts per unit of visibility over the county's mean",
    )
    donor_left: float = par(
        0.2,
        unit="share",
        low=0.0,
        high=0.8,
        doc="gifts that go on without the main donor",
        only=("shocks.on=true",),
    )
    partners: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc="villages with a partner organisation, a trait of the village",
        source="design choice; document 004 (3): social organisations take little part",
    )
    partner_trains: float = par(
        0.05,
        unit="share/month",
        low=0.0,
        high=0.3,
        doc=(
            "untrained volunteers that a partner trains in a month, over those the village trains; it "
            "pays for both"
        ),
        only=("partners!=0",),
    )
    partner_insures: float = par(
        1.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc=(
            "premium of the volunteers' insurance that a partner pays, insured by the village or not; 0: "
            "it does not insure"
        ),
        only=("partners!=0",),
    )
    partner_clinic: float = par(
        4.0,
        unit="hours/month",
        low=0.0,
        high=100.0,
        doc="clinic hours that a partner brings for 100 elders, where there are contracts with clinics",
        source="assumption: half of the hours under contract",
        stored="minutes",
        only=("partners!=0",),
    )
    enterprises: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc="townships paired with an enterprise",
        source="design choice; document 002: leading enterprises paired with places",
    )
    enterprise_gift: float = par(
        5000.0,
        unit="yuan/year",
        low=0.0,
        high=50000.0,
        doc="what the enterprise gives each village in service, a twelfth each month",
        stored="fen",
        only=("enterprises!=0",),
    )


state("visibility", "f8", unit="units", label="service, visitors and a business make a village seen")
posting("due_society", debit="receivable_society", credit="society", label="society: fallen due")
posting("paid_society", debit="cash", credit="receivable_society", label="society: paid")
posting("forgiven_society", debit="society", credit="receivable_society", label="society: written off")
posting("capital_society", debit="cash", credit="society", label="society: gift for the building")
state(
    "partner_trains",
    "f8",
    unit="share",
    label="untrained volunteers that a partner organisation trains this month",
)
state(
    "partner_insures",
    "f8",
    unit="share",
    label="premium of the volunteers' insurance that a partner organisation pays",
)
state(
    "partner_clinic",
    "i8",
    unit="minutes",
    label="clinic minutes that a partner organisation brings for 100 elders",
)
for _line, _label in (
    ("training", "training of volunteers"),
    ("insurance", "insurance of volunteers"),
    ("clinic", "clinic hours"),
):
    posting(
        f"partner_{_line}", debit="gifts_in_kind", credit="society", label=f"partner organisation: {_label}"
    )

GIFT = Purpose("society.gift")
PARTNER = Purpose("society.partner")


@inner
def mean_visibility(world):
    """Means of the counties' visibility over their villages, in `World.means[0]`."""
    total, count = world.means[0], world.means[1]
    for v in range(len(world.used)):
        total[v], count[v] = 0.0, 0.0
    for v in range(len(world.used)):
        total[world.county[v]] += world.villages[v].visibility
        count[world.county[v]] += 1.0
    for county in range(len(world.used)):
        total[county] = total[county] / max(count[county], 1.0)


@inner
def may_receive(values, v, village):
    """Villages in service, where society does not just pay its share like everybody."""
    return village.level > CLOSED and not pays_alike(values, v, village)


@inner
def size_of(village, sizes, edges, key):
    """Size of a gift over its mean: by the year's news where payers share it, else by a draw.

    `edges` cut the news into places in `sizes`.
    """
    if village.shares_news == 1:
        place = 0
        while place < len(edges) and edges[place] < village.common_news:
            place += 1
        return sizes[place]
    return sizes[below(key, village.number, 1, len(sizes))]


@inner
def give(post, due, gift):
    """A gift is paid as it comes; what tops the pledges falls due with it."""
    open_claim = due + post.due_society - post.paid_society  # what an appeal brought this month is paid
    post.due_society += max(gift - open_claim, 0)
    post.paid_society += gift


@kernel
def give_money(world, values, sizes, edges, coupled, month, keys):
    """A gift comes by chance; its size is heavy-tailed around what was pledged for the time between gifts."""
    mean_visibility(world)
    for v in range(len(world.used)):
        society, village, county = values.society[v], world.villages[v], world.county[v]
        chance = min(society.gifts_per_year / 12.0, 1.0)
        if village.appealing > 0:  # what an appeal of the village's plan brings
            give(world.posted[v], world.balance[v].receivable_society, village.appealing)
            village.appealing = 0
        if not may_receive(values, v, village) or uniform(keys[county], village.number, 0) >= chance:
            continue
        mean = world.means[0, county] if coupled else 1.0
        seen = max(1.0 + society.visibility * (village.visibility - mean), 0.0)
        kept = society.donor_left if month < village.donor_until else 1.0
        size = size_of(village, sizes[county], edges, keys[county])
        gift = int(world.flow[v].pledged[SOCIETY] / chance * size * seen * kept)
        give(world.posted[v], world.balance[v].receivable_society, gift)


@kernel
def bring(world, values, keys):
    """What a partner organisation brings to each village in service."""
    for v in range(len(world.used)):
        society, village = values.society[v], world.villages[v]
        here = uniform(keys[world.county[v]], village.number, 0) < society.partners
        here = here and village.level > CLOSED
        village.partner_trains = society.partner_trains if here else 0.0
        village.partner_insures = society.partner_insures if here else 0.0
        village.partner_clinic = society.partner_clinic if here else 0


@kernel
def pair(world, values, keys):
    """An enterprise gives each village in service of its township the same each month."""
    for v in range(len(world.used)):
        society, village, post = values.society[v], world.villages[v], world.posted[v]
        if not may_receive(values, v, village) or values.funding[v].rule == NO_MONEY:
            continue
        if uniform(keys[world.county[v]], village.township, 1) < society.enterprises:
            post.due_society += society.enterprise_gift // 12
            post.paid_society += society.enterprise_gift // 12


@kernel
def be_seen(world):
    """Last month's service and visitors make a village seen."""
    for v in range(len(world.used)):
        village = world.villages[v]
        served = 1.0 if village.level > CLOSED else 0.0
        village.visibility = served + min(village.visitors / FULL_VISITORS, 1.0)


def run_partners(model) -> None:
    """Partner organisations, from the first month on.

    Training and insurance are support, which M24 switches.
    """
    on = model.parameters.society.on and model.parameters.organisation.on
    if on and model.month >= 0 and model.values.ever("society.partners"):
        bring(model.world, model.values.table, model.lasting_keys(PARTNER))


def gift_sizes(parameters):
    """Sizes of a county's gifts over their mean, evenly likely."""
    return lognormal_quantiles(parameters.society.spread)


def run_pay(model) -> None:
    """Gifts of the month; what everybody gives depends on who is seen only where villages meet."""
    if not model.parameters.society.on:
        return
    world, values = model.world, model.values.table
    sizes, edges = model.counties.table(gift_sizes), model.once(normal_edges)
    give_money(world, values, sizes, edges, model.coupled, model.month, model.keys(GIFT))
    if model.month >= 0 and model.values.ever("society.enterprises"):
        pair(world, values, model.lasting_keys(PARTNER))


def run_visibility(model) -> None:
    """How much each village is seen."""
    be_seen(model.world)

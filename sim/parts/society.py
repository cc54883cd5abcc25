"""M18 Society: gifts that are large and rare, respond to visibility, and may stop; local gifts, enterprises,
fellow villagers.

A partner organisation brings skills (it trains helpers), medical links (clinic hours, where M7 is on) and
insurance, each at its own cost and outside the village's books. An enterprise paired with a township gives
its villages a steady sum.
"""

from __future__ import annotations

from sim.engine.kernels import kernel
from sim.engine.randomness import Purpose, below, uniform
from sim.start.tables import lognormal_quantiles, normal_edges
from sim.state.codes import CLOSED, NO_MONEY, SOCIETY
from sim.state.fields import state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch


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
        0.2, unit="share", low=0.0, high=0.8, doc="gifts that go on without the main donor"
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
    )
    partner_clinic: float = par(
        4.0,
        unit="hours/month",
        low=0.0,
        high=100.0,
        doc="clinic hours that a partner brings for 100 elders, where there are contracts with clinics",
        source="assumption: half of the hours under contract",
        stored="minutes",
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


@kernel
def give_money(world, values, sizes, edges, coupled, month, keys):
    """A gift comes by chance; its size is heavy-tailed around what was pledged for the time between gifts.

    `edges` cut the year's news, where payers share it, into places in `sizes`.
    """
    county = world.means
    for v in range(len(world.used)):
        county[0, v], county[1, v] = 0.0, 0.0
    for v in range(len(world.used)):
        county[0, world.county[v]] += world.villages[v].visibility
        county[1, world.county[v]] += 1.0
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        society, village, post = values.society[v], world.villages[v], world.posted[v]
        chance = min(society.gifts_per_year / 12.0, 1.0)
        if (
            village.level == CLOSED
            or values.funding[v].identical_payers == 1
            or chance <= 0.0
            or uniform(key, village.number, 0) >= chance
        ):
            continue
        mean = county[0, world.county[v]] / county[1, world.county[v]] if coupled else 1.0
        seen = max(1.0 + society.visibility * (village.visibility - mean), 0.0)
        kept = society.donor_left if month < village.donor_until else 1.0
        place = below(key, village.number, 1, sizes.shape[1])
        if village.shares_news == 1:
            place = 0
            while place < len(edges) and edges[place] < village.common_news:
                place += 1
        gift = int(world.flow[v].pledged[SOCIETY] / chance * sizes[world.county[v], place] * seen * kept)
        post.due_society += max(gift - world.balance[v].receivable_society - post.due_society, 0)
        post.paid_society += gift


@kernel
def bring(world, values, keys):
    """What a partner organisation brings to each village in service."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        society, village = values.society[v], world.villages[v]
        here = village.level > CLOSED and uniform(key, village.number, 0) < society.partners
        village.partner_trains = society.partner_trains if here else 0.0
        village.partner_insures = society.partner_insures if here else 0.0
        village.partner_clinic = society.partner_clinic if here else 0


@kernel
def pair(world, values, keys):
    """An enterprise gives each village in service of its township the same each month."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        society, village, post = values.society[v], world.villages[v], world.posted[v]
        if (
            village.level > CLOSED
            and values.funding[v].identical_payers == 0
            and values.funding[v].rule != NO_MONEY
            and uniform(key, village.township, 1) < society.enterprises
        ):
            post.due_society += society.enterprise_gift // 12
            post.paid_society += society.enterprise_gift // 12


def run_partners(model) -> None:
    """Partner organisations, from the first month on.

    Training and insurance are support, which M24 switches.
    """
    parameters = model.parameters
    if (
        parameters.society.on
        and parameters.organisation.on
        and model.month >= 0
        and model.values.ever("society.partners")
    ):
        bring(model.world, model.values.table, model.lasting_keys(PARTNER))


def gift_sizes(parameters):
    """Sizes of a county's gifts over their mean, evenly likely."""
    return lognormal_quantiles(parameters.society.spread)


def run_pay(model) -> None:
    """Gifts of the month; what everybody gives depends on who is seen only where villages meet."""
    parameters = model.parameters
    if not parameters.society.on:
        return
    sizes, edges = model.counties.table(gift_sizes), model.once(normal_edges)
    give_money(model.world, model.values.table, sizes, edges, model.coupled, model.month, model.keys(GIFT))
    if model.month >= 0 and model.values.ever("society.enterprises"):
        pair(model.world, model.values.table, model.lasting_keys(PARTNER))


@kernel
def be_seen(world):
    """Last month's service and visitors make a village seen."""
    for v in range(len(world.used)):
        village = world.villages[v]
        village.visibility = (1.0 if village.level > CLOSED else 0.0) + min(village.visitors / 1000.0, 1.0)


def run_visibility(model) -> None:
    """How much each village is seen."""
    be_seen(model.world)

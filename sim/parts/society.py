"""M18 Society: gifts that are large and rare, respond to visibility, and may stop; local gifts, enterprises, fellow villagers."""

from __future__ import annotations

import numpy as np

from sim.ledger import posting
from sim.parameters import par, section, switch
from sim.population import SOCIETY, county_mean, state
from sim.randomness import Purpose, below, kernel, uniform
from sim.tables import lognormal_quantiles, normal_edges


@section("society")
class Society:
    """Charities, enterprises, fellow villagers."""

    on: bool = switch(True, "off: society gives nothing")
    ceiling: float = par(8000.0, "yuan/year", 0.0, 50000.0, "assumption: typical yearly gifts to a village station", "D", "gifts a village can count on in a year, before visibility")
    gifts_per_year: float = par(2.0, "gifts/year", 0.5, 12.0, "assumption: rare and large", "D", "number of gifts in a year")
    spread: float = par(1.2, "log units", 0.5, 1.6, "assumption: relative standard deviation 0.4-1.5 a year", "D", "sigma of the lognormal size of a gift", live=False)
    visibility: float = par(0.5, "ratio", 0.0, 2.0, "assumption", "D", "rise of gifts per unit of visibility over the county's mean")
    donor_left: float = par(0.2, "share", 0.0, 0.8, "assumption", "D", "gifts that go on without the main donor")


state("visibility", "f8", "units", "service, visitors and a business make a village seen")
posting("due_society", "receivable_society", "society", "society: fallen due")
posting("paid_society", "cash", "receivable_society", "society: paid")
posting("forgiven_society", "society", "receivable_society", "society: written off")
posting("capital_society", "cash", "society", "society: gift for the building")

GIFT = Purpose("society.gift")


@kernel
def give_money(w, society, funding, sizes, common, mean_visibility, month, key):
    """A gift comes by chance; its size is heavy-tailed around what was pledged for the time between gifts.

    `common` is the place in `sizes` of a village whose payers share the year's news.
    """
    for v in range(len(w.used)):
        s, r, post = society[v], w.villages[v], w.posted[v]
        chance = min(s.gifts_per_year / 12.0, 1.0)
        if r.level == 0 or funding[v].identical_payers == 1 or chance <= 0.0 or uniform(key, r.number, 0) >= chance:
            continue
        seen = max(1.0 + s.visibility * (r.visibility - mean_visibility[v]), 0.0)
        kept = s.donor_left if month < r.donor_until else 1.0
        place = common[v] if r.shares_news == 1 else below(key, r.number, 1, len(sizes))
        gift = int(w.flow[v].pledged[SOCIETY] / chance * sizes[place] * seen * kept)
        post.due_society += max(gift - w.balance[v].receivable_society - post.due_society, 0)
        post.paid_society += gift


def run_pay(m) -> None:
    """Gifts of the month; what everybody gives depends on who is seen only where villages meet."""
    p = m.parameters
    if not p.society.on:
        return
    seen = m.state["visibility"]
    mean = county_mean(m.world.county, seen) if m.coupled else np.ones(len(seen))
    sizes = m.once(lognormal_quantiles, p.society.spread)
    common = np.searchsorted(m.once(normal_edges, len(sizes)), m.state["common_news"])
    give_money(m.world, m.values.society, m.values.funding, sizes, common, mean, m.month, m.key(GIFT))


@kernel
def be_seen(w):
    """Last month's service and visitors make a village seen."""
    for v in range(len(w.used)):
        r = w.villages[v]
        r.visibility = (1.0 if r.level > 0 else 0.0) + min(r.visitors / 1000.0, 1.0)


def run_visibility(m) -> None:
    """How much each village is seen."""
    be_seen(m.world)

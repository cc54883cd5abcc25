"""M3 Needs and M4 Supply ladder: hours per kind by state and living arrangement, family first, the rest at
the end.

*Eligible* minutes are left after family, of kinds that mutual aid may serve; personal care only by exception.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.start import tables
from sim.state.codes import ELIGIBLE, ESCORT, FAMILY, NEED, PERSONAL, PROFESSIONAL, REHABILITATION, UNMET
from sim.state.fields import column
from sim.state.parameters import par, section
from sim.state.people import identity_of


@section("needs")
class Needs:
    """Hours come from data/need_hours_by_state.csv, times one scale a kind."""

    meals_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of meal help")
    cleaning_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of cleaning")
    mobility_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of mobility and errands")
    escort_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of medical escort")
    emergency_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of emergencies")
    rehabilitation_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of rehabilitation")
    prevention_scale: float = par(
        1.0, unit="ratio", low=0.5, high=2.0, doc="scale of prevention and publicity"
    )
    companionship_scale: float = par(
        1.0, unit="ratio", low=0.5, high=2.0, doc="scale of company and visiting"
    )
    personal_care_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of personal care")
    alone_factor: float = par(
        1.2, unit="ratio", low=1.0, high=2.0, doc="household help of an elder living alone over the table"
    )
    dementia_factor: float = par(
        1.3, unit="ratio", low=1.0, high=2.0, doc="need of an elder with dementia over the table"
    )
    own_spread: float = par(
        0.5,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="a person's own level of need is even between 1 - spread and 1 + spread",
    )
    escort_hours: float = par(
        4.0, unit="hours", low=1.0, high=8.0, doc="length of one medical escort", stored="minutes"
    )
    emergency_hours: float = par(
        2.0, unit="hours", low=0.5, high=8.0, doc="length of one emergency", stored="minutes"
    )
    rehabilitation_eligible: float = par(
        0.5, unit="share", low=0.0, high=1.0, doc="rehabilitation that trained neighbours may give"
    )
    personal_eligible: float = par(
        0.05,
        unit="share",
        low=0.0,
        high=0.2,
        doc="personal care that mutual aid may give",
        source="definition: personal care only by exception",
    )
    cover_child: float = par(
        0.90,
        unit="share",
        low=0.5,
        high=1.0,
        doc="need met by a child in the house",
        source="assumption; 95 % of dependent rural elders have a family carer (CLHLS)",
    )
    cover_spouse: float = par(0.75, unit="share", low=0.2, high=0.95, doc="need met by a spouse")
    cover_near: float = par(
        0.40, unit="share", low=0.0, high=0.7, doc="need met by a near child from another house"
    )
    child_hours: float = par(
        120.0,
        unit="hours/month",
        low=40.0,
        high=240.0,
        doc="most that a child in the house gives",
        stored="minutes",
    )
    spouse_hours: float = par(
        60.0,
        unit="hours/month",
        low=10.0,
        high=160.0,
        doc="most that a spouse outside the table gives",
        stored="minutes",
    )
    near_hours: float = par(
        30.0, unit="hours/month", low=0.0, high=60.0, doc="most that a near child gives", stored="minutes"
    )
    professional_price: float = par(
        20.0,
        unit="yuan/hour",
        low=8.0,
        high=40.0,
        doc="price of an hour of paid care at home",
        source="assumption; rural carer wage 3,500 yuan a month",
        stored="fen",
    )
    professional_income_share: float = par(
        0.10, unit="share", low=0.0, high=0.4, doc="income that goes to paid care when help is short"
    )


column("need", "i2", unit="minutes", label="need of each kind not met so far this month", shape=(9,))

FIXED = Purpose("needs.own_level")
EVENT = Purpose("needs.event")


@kernel
def scales_of(n):
    """The nine scales in the order of the kinds."""
    return (
        n.meals_scale,
        n.cleaning_scale,
        n.mobility_scale,
        n.escort_scale,
        n.emergency_scale,
        n.rehabilitation_scale,
        n.prevention_scale,
        n.companionship_scale,
        n.personal_care_scale,
    )


@kernel
def eligible_of(minutes, kind, n):
    """Minutes of a kind that mutual aid may serve, from those left."""
    if kind == PERSONAL:
        return int(minutes * n.personal_eligible)
    if kind == REHABILITATION:
        return int(minutes * n.rehabilitation_eligible)
    return minutes


@kernel
def arise(p, w, values, table, fixed_key, event_key):
    """Need in minutes per kind; escorts and emergencies come as events of a given length."""
    for v in range(len(w.used)):
        n, number = values.needs[v], w.villages[v].number
        scales = scales_of(n)
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] != 1:
                continue
            ident = identity_of(number, p.serial[i])
            own = 1.0 - n.own_spread + 2.0 * n.own_spread * uniform(fixed_key, ident, 0)
            if p.dementia[i] == 1:
                own *= n.dementia_factor
            house = n.alone_factor if p.living[i] == 2 else 1.0
            for k in range(9):
                expected = table[p.health[i], k] * scales[k] * own
                if k <= 2:
                    expected *= house
                if k == ESCORT or k == ESCORT + 1:
                    length = n.escort_hours if k == ESCORT else n.emergency_hours
                    minutes = length if length > 0 and uniform(event_key, ident, k) * length < expected else 0
                else:
                    minutes = int(expected)
                minutes = min(minutes, 32000)
                p.need[i, k] = minutes
                w.hours[v, NEED, k] += minutes


@kernel
def family(p, w, values):
    """Family serves each kind in the same share; a spouse of the table gives own free minutes."""
    for v in range(len(w.used)):
        n = values.needs[v]
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] != 1:
                continue
            total = 0
            for k in range(9):
                total += int(p.need[i, k])
            if total == 0:
                continue
            share, capacity, spouse, from_spouse = 0.0, 0, -1, 0
            if p.living[i] == 0:
                share, capacity = n.cover_child, n.child_hours
            else:
                if p.living[i] == 1:
                    share, from_spouse = n.cover_spouse, n.spouse_hours
                    if p.spouse[i] >= 0:
                        spouse = w.start[v] + p.spouse[i]
                        from_spouse = min(from_spouse, max(p.free[spouse], 0))
                    capacity = from_spouse
                if p.near[i] == 1:
                    share, capacity = min(share + n.cover_near, 1.0), capacity + n.near_hours
            given = min(int(total * share), capacity)
            if given > 0:
                _serve_family(p, w, v, i, given, total)
            if spouse >= 0:
                own = min(given, from_spouse)
                p.free[spouse] -= own
                w.flow[v].time_family += own
            for k in range(9):
                w.hours[v, ELIGIBLE, k] += eligible_of(int(p.need[i, k]), k, n)


@inner
def _serve_family(p, w, v, i, given, total):
    """Take `given` minutes from the needs in proportion, the rounding from the largest first by order of
    kind.
    """
    left, share = given, given / total
    for k in range(9):
        part = int(p.need[i, k] * share)
        p.need[i, k] -= part
        w.hours[v, FAMILY, k] += part
        left -= part
    for k in range(9):
        if left == 0:
            break
        take = min(left, int(p.need[i, k]))
        p.need[i, k] -= take
        w.hours[v, FAMILY, k] += take
        left -= take


@kernel
def professional(p, w, values):
    """After mutual aid: what an elder can pay for; the rest is unmet, per kind."""
    for v in range(len(w.used)):
        n = values.needs[v]
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] != 1:
                continue
            money = (
                int(
                    (int(p.income[i]) + int(int(p.remit[i]) * w.villages[v].remit_left))
                    * n.professional_income_share
                )
                if p.health[i] >= 1
                else 0
            )
            minutes = money * 60 // max(n.professional_price, 1)
            for j in range(9 if minutes > 0 else 0):
                k = 8 - j  # personal care and the skilled kinds first
                take = min(minutes, int(p.need[i, k]))
                p.need[i, k] -= take
                minutes -= take
                w.hours[v, PROFESSIONAL, k] += take
            for k in range(9):
                w.hours[v, UNMET, k] += p.need[i, k]


def run_arise(m) -> None:
    """Needs of the month."""
    arise(m.people, m.world, m.values.table, tables.need_hours(), m.lasting_key(FIXED), m.key(EVENT))


def run_family(m) -> None:
    """The first rung of the ladder."""
    family(m.people, m.world, m.values.table)


def run_professional(m) -> None:
    """The last rung of the ladder."""
    professional(m.people, m.world, m.values.table)

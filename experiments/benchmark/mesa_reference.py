"""The simplified month as a plain Mesa model: one Python object a person, `AgentSet.shuffle_do`, no columns.

It follows the rules of `sim.parts` with `SIMPLIFIED` switched off, from the persons of a fresh
`MutualAidModel`; only the draws differ. The benchmark times it against the engine; the totals of both must
agree (docking).
"""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

import sim
from sim.engine.randomness import uniform
from sim.parts import needs, timeuse
from sim.start import tables
from sim.state.codes import EMERGENCY, ESCORT, PERSONAL, REHABILITATION, STAGES
from sim.state.fields import COLUMNS
from sim.state.people import identity_of

OFF = (
    "demography",
    "canteen",
    "visits",
    "facilities",
    "organisation",
    "government",
    "society",
    "collective",
    "shocks",
    "solvency",
)
SIMPLIFIED: dict[str, Any] = {f"{part}.on": False for part in OFF} | {
    "county.facility_share": 1.0,
    "county.size_spread": 0.0,
    "matching.central": 0.0,
    "participation.response": 0.0,
}
TOTALS = (
    "need",
    "family",
    "eligible",
    "asked",
    "mutual",
    "unmet",
    "credits_earned",
    "credits_spent",
    "volunteers",
    "enrolled",
)
COPIED = (
    "age",
    "sex",
    "living",
    "zone",
    "near",
    "role",
    "income",
    "remit",
    "dibao",
    "land",
    "health",
    "dementia",
    "enrolled",
    "volunteer",
    "trained",
    "motivation",
    "fatigue",
    "acceptance",
    "trust",
    "satisfaction",
    "loneliness",
    "credit",
    "last_active",
)


class Person(mesa.Agent):
    """What elders and helpers share.

    Volunteering and the account. Attributes in `COPIED` come from the columns.
    """

    model: MesaReference
    age: int
    health: int
    dementia: int
    enrolled: int
    volunteer: int
    credit: int
    fatigue: float
    acceptance: float
    satisfaction: float
    trust: float
    loneliness: float

    def __init__(
        self, model: MesaReference, village: Village, start: dict[str, Any], own: float, minds: float
    ) -> None:
        super().__init__(model)
        self.__dict__.update(start)
        self.village, self.own_level = village, 0.5 + own
        self.minds = minds < model.values.timeuse.grandchildren_share
        self.spouse: Any = None
        self.kin: Any = None
        self.neighbour: Any = None
        self.free = self.offer = self.given = self.received = self.quota = 0

    def take_part(self, join: float = 0.0, fitness: float = 1.0) -> None:
        """Join or quit as a volunteer, and put minutes on offer.

        `join` is the monthly hazard, 0 that of a helper.
        """
        t, village, motive = self.model.values.participation, self.village, self.motivation
        self.offer = self.given = self.received = 0
        self.fatigue *= 1 - t.recovery
        if self.volunteer:
            rate = (
                t.quit
                / 12
                * (1 + t.tired_quit * self.fatigue)
                * 2
                * (1 - 0.9 * motive)
                / (t.trained if self.trained else 1)
            )
            self.volunteer = int(fitness > 0 and self.random.random() >= rate)
        elif fitness > 0:
            peers = 1 + (t.peers - 1) * 10 * village.active[self.zone] / village.heads[self.zone]
            rate = min((join or t.join_helper) * fitness * 2 * motive, 0.5)
            odds = rate / (1 - rate) * village.support * peers * (1 + (t.credit - 1) * self.trust)
            self.volunteer = int(self.random.random() < odds / (1 + odds))
        if self.volunteer:
            village.total["volunteers"] += 1
            if self.random.random() < t.show_up:
                minutes = t.hours * 2 * (0.1 + 0.8 * motive) * fitness * (1 - 0.5 * min(self.fatigue, 1))
                self.offer = min(int(minutes), max(self.free, 0))

    def close_month(self) -> None:
        """The account, then fatigue."""
        if self.credit or self.given or self.received:
            self.book(self.model.values.timebank, self.village.total)
        if self.given:
            self.fatigue = min(self.fatigue + self.model.values.participation.fatigue * self.given / 60, 1)
        if self.given or self.received:
            self.last_active = self.model.month

    def book(self, t: SimpleNamespace, total: dict[str, int]) -> None:
        """Credits for what was given and received, a fee where they fall short; expiry, cap and levy."""
        if self.given:
            earned = int(self.given * t.credit_per_hour / 60 * (t.trained_weight if self.trained else 1))
            self.credit += earned
            total["credits_earned"] += earned
        if self.received and not self.exempt(t):
            cost = int(self.received * t.price_per_hour)
            paid = max(min(cost, self.credit + t.overdraft), 0)
            self.credit -= paid
            total["credits_spent"] += paid
            self.village.fees += (cost - paid) * t.hour_fee // 60
        if self.credit > 0:
            gone = self.credit * t.expiry / 12
            self.credit -= int(gone) + (self.random.random() < gone - int(gone))
            self.credit = min(self.credit, t.cap)
            self.credit -= int(self.credit * t.levy)

    def exempt(self, t: SimpleNamespace) -> bool:
        """Served without credit."""
        return bool(t.exempt_special and self.dibao)


class Elder(Person):
    """A person of 60 and over: health, needs, family, enrolment, paid care, norms."""

    def start_month(self) -> None:
        """Health, time budget, needs."""
        model, draw, years, state = self.model, self.random.random, min(self.age // 12, 111), self.health
        u = draw()
        if state < 3 and u < model.worsen[self.sex][years][state]:
            self.health += 1
        elif state > 0 and u > 1 - model.recover[self.sex][years][state - 1]:
            self.health -= 1
        if not self.dementia and draw() < model.dementia[years] * model.values.health.dementia_scale:
            self.dementia = 1
        t, n, state = model.values.timeuse, model.values.needs, self.health
        self.free = 0
        if state <= 1:
            minutes = t.elder_mild if state == 1 else (t.elder_robust if self.age < 900 else t.elder_older)
            self.free = minutes - min(minutes, int(t.farm_per_mu * self.land * model.season * 0.1))
            if self.living == 0 and self.minds:
                self.free -= min(self.free, t.grandchildren)
        own, row = self.own_level * (n.dementia_factor if self.dementia else 1), model.need_table[state]
        self.need = [int(expected * own) for expected in row]
        if self.living == 2:
            self.need[:3] = [int(expected * own * n.alone_factor) for expected in row[:3]]
        for k, length in ((ESCORT, n.escort_hours), (EMERGENCY, n.emergency_hours)):
            self.need[k] = length if draw() * length < row[k] * own else 0
        self.village.total["need"] += sum(self.need)

    def rely_on_family(self) -> None:
        """The first rung of the ladder; a spouse in the village gives own free minutes."""
        n, needed, share, capacity, spouse_gives = self.model.values.needs, sum(self.need), 0.0, 0, 0
        if self.living == 0:
            share, capacity = n.cover_child, n.child_hours
        else:
            if self.living == 1:
                spouse_gives = (
                    min(n.spouse_hours, max(self.spouse.free, 0)) if self.spouse else n.spouse_hours
                )
                share, capacity = n.cover_spouse, spouse_gives
            if self.near:
                share, capacity = min(share + n.cover_near, 1), capacity + n.near_hours
        given = min(int(needed * share), capacity)
        if given:
            parts = [given * minutes // needed for minutes in self.need]
            self.need = [minutes - part for minutes, part in zip(self.need, parts, strict=True)]
            self.take_off(given - sum(parts), range(9))
            if self.spouse and self.living == 1:
                self.spouse.free -= min(given, spouse_gives)
        self.village.total["family"] += given
        special = sum(self.need[k] - self.askable(k) for k in (REHABILITATION, PERSONAL))
        self.village.total["eligible"] += needed - given - special

    def take_off(self, minutes: int, kinds: range) -> None:
        """Lower the needs by `minutes`, kind after kind."""
        for k in kinds:
            if not minutes:
                break
            met = min(minutes, self.need[k])
            self.need[k] -= met
            minutes -= met

    def askable(self, kind: int) -> int:
        """Minutes of a kind that neighbours may be asked for."""
        n = self.model.values.needs
        if kind == PERSONAL:
            return int(self.need[kind] * n.personal_eligible)
        return int(self.need[kind] * n.rehabilitation_eligible) if kind == REHABILITATION else self.need[kind]

    def decide(self) -> None:
        """Enrol or leave, volunteer, and what may be asked this month."""
        a, t, volunteering = (
            self.model.values.acceptance,
            self.model.values.timebank,
            self.model.values.participation,
        )
        if self.enrolled:
            self.enrolled = int(self.random.random() >= a.leave_rate / 12 * 2 * (1 - self.satisfaction))
        else:
            factor = 1 + (a.need_factor - 1) * min(sum(self.need[:8]) / 240, 1)
            if self.random.random() < self.village.hazard * factor * 2 * self.acceptance:
                self.enrolled, self.satisfaction = 1, 0.5
                self.credit = self.credit or t.welcome
        self.village.total["enrolled"] += self.enrolled
        unfit = self.dementia or self.health >= 2 or self.age >= volunteering.age_limit * 12
        self.take_part(
            volunteering.join, 0.0 if unfit else (volunteering.mild_factor if self.health else 1.0)
        )
        self.quota = 60_000
        if not self.exempt(t) and t.price_per_hour > 0:
            cash = (self.income + self.remit) * t.cash_share * 60 / t.hour_fee if t.hour_fee else 0
            self.quota = min(int(max(self.credit + t.overdraft, 0) / t.price_per_hour) + int(cash), 60_000)

    def book(self, t: SimpleNamespace, total: dict[str, int]) -> None:
        """Trust follows redemption."""
        super().book(t, total)
        if self.credit > 0 and not self.exempt(t) and (self.received or self.enrolled):
            asked = min(self.received + sum(self.need[:8]), self.credit + self.received)
            if asked > 0:
                self.trust += t.trust_speed * (min(self.received / asked, 1) - self.trust)

    def end_month(self) -> None:
        """Paid care, the account, then norms.

        Acceptance towards the zone, publicity and experience; loneliness.
        """
        n, a, x, village = (
            self.model.values.needs,
            self.model.values.acceptance,
            self.acceptance,
            self.village,
        )
        if self.health:
            money = int((self.income + self.remit) * n.professional_income_share)
            self.take_off(money * 60 // max(n.professional_price, 1), range(8, -1, -1))
        village.total["unmet"] += sum(self.need)
        self.close_month()
        x += a.network_speed * (village.mean_acceptance[self.zone] - x)
        x += village.reach * (1 - x) - 0.1 * a.publicity * self.model.norm * x
        if self.received:
            x += a.experience_speed * (self.satisfaction - x)
        self.acceptance = min(max(x, 0), 1)
        level = a.lonely_alone if self.living == 2 else a.lonely_other
        if self.received or self.given:
            level = max(level - a.company_relief, 0)
        self.loneliness += 0.2 * (level - self.loneliness)


class Helper(Person):
    """A person under 60 who may volunteer."""

    def start_month(self) -> None:
        """The time budget."""
        self.free = (
            self.model.values.timeuse.underemployed if self.role == 2 else self.model.values.timeuse.helper
        )


class Village(mesa.Agent):
    """Zones, matching, settlement."""

    model: MesaReference

    def __init__(self, model: MesaReference, leader: int, association: int) -> None:
        super().__init__(model)
        t = model.values.participation
        self.people: list[Any] = []
        self.mean_acceptance: list[float] = []
        self.heads: list[int] = []
        self.active: list[int] = []
        self.reach = self.hazard = 0.0
        self.groups = leader + association
        self.support = (t.leader if leader else 1) * (t.association if association else 1)
        self.total, self.cash, self.receivable, self.fees = dict.fromkeys(TOTALS, 0), 0, 0, 0

    def look_around(self) -> None:
        """What people see before they decide: users, volunteers and acceptance by zone."""
        a, elders = self.model.values.acceptance, [p for p in self.people if isinstance(p, Elder)]
        self.hazard = a.enrol_own + a.enrol_network * sum(e.enrolled for e in elders) / max(len(elders), 1)
        zones = [[p for p in self.people if p.zone == z] for z in range(1 + max(p.zone for p in self.people))]
        self.heads = [len(zone) for zone in zones]
        self.active = [sum(p.volunteer for p in zone) for zone in zones]
        by_zone = [[p.acceptance for p in zone if isinstance(p, Elder)] for zone in zones]
        self.mean_acceptance = [sum(zone) / max(len(zone), 1) for zone in by_zone]
        self.reach = a.publicity * 0.5 * self.groups * (1 - self.model.norm)

    def match(self) -> None:
        """Enrolled elders, the frail first, emergencies and escorts before the rest.

        Helpers in a drawn order.
        """
        users = [p for p in self.people if isinstance(p, Elder) and p.enrolled]
        helpers = [p for p in self.people if p.volunteer and p.offer > 0]
        self.random.shuffle(users)
        self.random.shuffle(helpers)
        users.sort(key=lambda e: e.health == 0)
        helpers.sort(key=lambda p: p.zone)
        self.queues: dict[bool, list[deque[Any]]] = {}
        for skilled in (False, True):
            able = [p for p in helpers if p.trained or not skilled]
            self.queues[skilled] = [deque(p for p in able if p.zone == z) for z in range(len(self.heads))] + [
                deque(able)
            ]
        for urgent, kinds in ((True, (ESCORT, EMERGENCY)), (False, (0, 1, 2, 5, 6, 7, 8))):
            for e in users:
                before = e.received
                for k in kinds:
                    if e.need[k]:
                        self.request(e, k)
                if not urgent and e.received > before:
                    e.satisfaction = min(e.satisfaction + 0.05, 1)

    def request(self, e: Elder, kind: int) -> None:
        """Kin and neighbour, own zone, anywhere in the village."""
        wanted = left = min(e.askable(kind), e.quota)
        if wanted <= 0:
            return
        skilled, m = kind in (REHABILITATION, PERSONAL), self.model.values.matching
        for h in (e.kin, e.neighbour) if m.kin_first else ():
            if h and left and h.volunteer:
                left -= serve(e, kind, h, left, skilled)
        queues = self.queues[skilled]
        for queue in (queues[e.zone], queues[-1]) if m.platform else (queues[e.zone],):
            while left and queue:
                left -= serve(e, kind, queue[0], left, skilled)
                if left:
                    queue.popleft()
        if left == wanted:
            e.satisfaction = max(e.satisfaction - 0.03, 0)
        self.total["asked"] += wanted
        self.total["mutual"] += wanted - left

    def settle(self) -> None:
        """Fees fall due and are paid but for arrears."""
        arrears = int(self.fees * self.model.values.families.arrears)
        self.cash, self.receivable, self.fees = self.cash + self.fees - arrears, self.receivable + arrears, 0


def serve(e: Elder, kind: int, h: Any, wanted: int, skilled: bool) -> int:
    """Minutes that h gives; none when off duty, untrained or the elder."""
    if h.offer <= 0 or h is e or (skilled and not h.trained):
        return 0
    minutes: int = min(wanted, h.offer)
    h.offer, h.free, h.given = h.offer - minutes, h.free - minutes, h.given + minutes
    e.need[kind] -= minutes
    e.received, e.quota = e.received + minutes, e.quota - minutes
    return minutes


class MesaReference(mesa.Model):
    """The simplified county of `engine`, which must be fresh, as Python objects."""

    def __init__(self, engine: sim.MutualAidModel, seed: int = 0) -> None:
        super().__init__(seed=seed)
        self.month, self.first = engine.month, engine.start_month
        self.values = SimpleNamespace()
        for name, rows in engine.values.sections.items():
            setattr(
                self.values,
                name,
                SimpleNamespace(**{field: rows[field][0].item() for field in rows.dtype.names or ()}),
            )
        p = engine.parameters
        t = tables.health_tables(
            p.health.worsen_scale,
            p.health.recover_scale,
            p.health.risk_scale,
            p.demography.rural_mortality_ratio,
        )
        on = float(p.health.on)
        self.worsen, self.recover, self.dementia = (
            (t.worsen * on).tolist(),
            (t.recover * on).tolist(),
            (tables.dementia_tables()[1] * on).tolist(),
        )
        self.seasons = tables.seasons()[1].tolist()
        self.need_table = (tables.need_hours() * np.array(needs.scales_of(engine.values.needs[0]))).tolist()
        (fixed,), (minds,) = engine.lasting_keys(needs.FIXED), engine.lasting_keys(timeuse.MINDS)
        for v, row in enumerate(engine.world.villages):
            village = Village(self, int(row.leader), int(row.association))
            block = slice(engine.world.start[v], engine.world.start[v] + engine.world.used[v])
            column: dict[str, list[Any]] = {
                name: getattr(engine.people, name)[block].tolist() for name in COLUMNS
            }
            for j, serial in enumerate(column["serial"]):
                ident = identity_of(int(row.number), serial)
                start = {name: column[name][j] for name in COPIED}
                cls = Elder if column["kind"][j] == 1 else Helper
                village.people.append(
                    cls(
                        self, village, start, float(uniform(fixed, ident, 0)), float(uniform(minds, ident, 0))
                    )
                )
            for name in ("spouse", "kin", "neighbour"):
                for person, slot in zip(village.people, column[name], strict=True):
                    setattr(person, name, village.people[slot] if slot >= 0 else None)

    def step(self) -> None:
        """One month."""
        a = self.values.acceptance
        self.season = self.seasons[(self.first + self.month) % 12]
        self.norm = max(a.norm - a.norm_decline * max(self.month, 0) / 12, 0)
        elders, helpers, villages = (
            self.agents_by_type[Elder],
            self.agents_by_type[Helper],
            self.agents_by_type[Village],
        )
        elders.shuffle_do("start_month")
        helpers.shuffle_do("start_month")
        elders.shuffle_do("rely_on_family")
        villages.shuffle_do("look_around")
        elders.shuffle_do("decide")
        helpers.shuffle_do("take_part")
        villages.shuffle_do("match")
        elders.shuffle_do("end_month")
        helpers.shuffle_do("close_month")
        villages.shuffle_do("settle")
        self.month += 1

    def totals(self) -> dict[str, int]:
        """Minutes and person-months since the start, all villages."""
        return {name: sum(v.total[name] for v in self.agents_by_type[Village]) for name in TOTALS}


def engine_totals(model: sim.MutualAidModel) -> dict[str, int]:
    """The same totals over the months that the engine recorded."""
    s = model.series
    return {n: int((s.hours[:, :, STAGES.index(n)] if n in STAGES else s.flow[n]).sum()) for n in TOTALS}

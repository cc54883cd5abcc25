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
from sim.state.codes import EMERGENCY, ESCORT, PERSONAL, REHABILITATION
from sim.state.fields import COLUMNS
from sim.state.people import identity_of

from .simplified import COPIED, TOTALS


class PlainPerson(mesa.Agent):
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
        self, model: MesaReference, village: PlainVillage, start: dict[str, Any], own: float, minds: float
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
        participation, village, motive = self.model.values.participation, self.village, self.motivation
        self.offer = self.given = self.received = 0
        self.fatigue *= 1 - participation.recovery
        if self.volunteer:
            rate = (
                participation.quit
                / 12
                * (1 + participation.tired_quit * self.fatigue)
                * 2
                * (1 - 0.9 * motive)
                / (participation.trained if self.trained else 1)
            )
            self.volunteer = int(fitness > 0 and self.random.random() >= rate)
        elif fitness > 0:
            peers = 1 + (participation.peers - 1) * 10 * village.active[self.zone] / village.heads[self.zone]
            rate = min((join or participation.join_helper) * fitness * 2 * motive, 0.5)
            odds = rate / (1 - rate) * village.support * peers * (1 + (participation.credit - 1) * self.trust)
            self.volunteer = int(self.random.random() < odds / (1 + odds))
        if self.volunteer:
            village.total["volunteers"] += 1
            if self.random.random() < participation.show_up:
                minutes = (
                    participation.hours
                    * 2
                    * (0.1 + 0.8 * motive)
                    * fitness
                    * (1 - 0.5 * min(self.fatigue, 1))
                )
                self.offer = min(int(minutes), max(self.free, 0))

    def close_month(self) -> None:
        """The account, then fatigue."""
        if self.credit or self.given or self.received:
            self.book(self.model.values.timebank, self.village.total)
        if self.given:
            self.fatigue = min(self.fatigue + self.model.values.participation.fatigue * self.given / 60, 1)
        if self.given or self.received:
            self.last_active = self.model.month

    def book(self, world: SimpleNamespace, total: dict[str, int]) -> None:
        """Credits for what was given and received, a fee where they fall short; expiry, cap and levy."""
        if self.given:
            earned = int(self.given * world.credit_per_hour * (world.trained_weight if self.trained else 1))
            self.credit += earned
            total["credits_earned"] += earned
        if self.received and not self.exempt(world):
            cost = int(self.received * world.price_per_hour)
            paid = max(min(cost, self.credit + world.overdraft), 0)
            self.credit -= paid
            total["credits_spent"] += paid
            self.village.fees += (cost - paid) * world.hour_fee // 60
        if self.credit > 0:
            gone = self.credit * world.expiry / 12
            self.credit -= int(gone) + (self.random.random() < gone - int(gone))
            self.credit = min(self.credit, world.cap)
            self.credit -= int(self.credit * world.levy)

    def exempt(self, timebank: SimpleNamespace) -> bool:
        """Served without credit."""
        return bool(timebank.exempt_special and self.dibao)


class PlainElder(PlainPerson):
    """A person of 60 and over: health, needs, family, enrolment, paid care, norms."""

    def start_month(self) -> None:
        """Health, time budget, needs."""
        model, draw, years, state = self.model, self.random.random, min(self.age // 12, 111), self.health
        chance = draw()
        if state < 3 and chance < model.worsen[self.sex][years][state]:
            self.health += 1
        elif state > 0 and chance > 1 - model.recover[self.sex][years][state - 1]:
            self.health -= 1
        if not self.dementia and draw() < model.dementia[years] * model.values.health.dementia_scale:
            self.dementia = 1
        timeuse, needs, state = model.values.timeuse, model.values.needs, self.health
        self.free = 0
        if state <= 1:
            minutes = (
                timeuse.elder_mild
                if state == 1
                else (timeuse.elder_robust if self.age < 900 else timeuse.elder_older)
            )
            self.free = minutes - min(minutes, int(timeuse.farm_per_mu * self.land * model.season * 0.1))
            if self.living == 0 and self.minds:
                self.free -= min(self.free, timeuse.grandchildren)
        own, row = self.own_level * (needs.dementia_factor if self.dementia else 1), model.need_table[state]
        self.need = [int(expected * own) for expected in row]
        if self.living == 2:
            self.need[:3] = [int(expected * own * needs.alone_factor) for expected in row[:3]]
        for kind, length in ((ESCORT, needs.escort_hours), (EMERGENCY, needs.emergency_hours)):
            self.need[kind] = length if draw() * length < row[kind] * own else 0
        self.village.total["need"] += sum(self.need)

    def rely_on_family(self) -> None:
        """The first rung of the ladder; a spouse in the village gives own free minutes."""
        needs, needed, share, capacity, spouse_gives = self.model.values.needs, sum(self.need), 0.0, 0, 0
        if self.living == 0:
            share, capacity = needs.cover_child, needs.child_hours
        else:
            if self.living == 1:
                spouse_gives = (
                    min(needs.spouse_hours, max(self.spouse.free, 0)) if self.spouse else needs.spouse_hours
                )
                share, capacity = needs.cover_spouse, spouse_gives
            if self.near:
                share, capacity = min(share + needs.cover_near, 1), capacity + needs.near_hours
        given = min(int(needed * share), capacity)
        if given:
            parts = [given * minutes // needed for minutes in self.need]
            self.need = [minutes - part for minutes, part in zip(self.need, parts, strict=True)]
            self.take_off(given - sum(parts), range(9))
            if self.spouse and self.living == 1:
                self.spouse.free -= min(given, spouse_gives)
        self.village.total["family"] += given
        special = sum(self.need[kind] - self.askable(kind) for kind in (REHABILITATION, PERSONAL))
        self.village.total["eligible"] += needed - given - special

    def take_off(self, minutes: int, kinds: range) -> None:
        """Lower the needs by `minutes`, kind after kind."""
        for kind in kinds:
            if not minutes:
                break
            met = min(minutes, self.need[kind])
            self.need[kind] -= met
            minutes -= met

    def askable(self, kind: int) -> int:
        """Minutes of a kind that neighbours may be asked for."""
        needs = self.model.values.needs
        if kind == PERSONAL:
            return int(self.need[kind] * needs.personal_eligible)
        return (
            int(self.need[kind] * needs.rehabilitation_eligible)
            if kind == REHABILITATION
            else self.need[kind]
        )

    def decide(self) -> None:
        """Enrol or leave, volunteer, and what may be asked this month."""
        acceptance, timebank, volunteering = (
            self.model.values.acceptance,
            self.model.values.timebank,
            self.model.values.participation,
        )
        if self.enrolled:
            self.enrolled = int(
                self.random.random() >= acceptance.leave_rate / 12 * 2 * (1 - self.satisfaction)
            )
        else:
            factor = 1 + (acceptance.need_factor - 1) * min(sum(self.need[:8]) / 240, 1)
            if self.random.random() < self.village.hazard * factor * 2 * self.acceptance:
                self.enrolled, self.satisfaction = 1, 0.5
                self.credit = self.credit or timebank.welcome
        self.village.total["enrolled"] += self.enrolled
        unfit = self.dementia or self.health >= 2 or self.age >= volunteering.age_limit * 12
        self.take_part(
            volunteering.join, 0.0 if unfit else (volunteering.mild_factor if self.health else 1.0)
        )
        self.quota = 60_000
        if not self.exempt(timebank) and timebank.price_per_hour > 0:
            cash = (
                (self.income + self.remit) * timebank.cash_share * 60 / timebank.hour_fee
                if timebank.hour_fee
                else 0
            )
            self.quota = min(
                int(max(self.credit + timebank.overdraft, 0) / timebank.price_per_hour) + int(cash), 60_000
            )

    def book(self, world: SimpleNamespace, total: dict[str, int]) -> None:
        """Trust follows redemption."""
        super().book(world, total)
        if self.credit > 0 and not self.exempt(world) and (self.received or self.enrolled):
            asked = min(self.received + sum(self.need[:8]), self.credit + self.received)
            if asked > 0:
                self.trust += world.trust_speed * (min(self.received / asked, 1) - self.trust)

    def end_month(self) -> None:
        """Paid care, the account, then norms.

        Acceptance towards the zone, publicity and experience; loneliness.
        """
        needs, acceptance, own, village = (
            self.model.values.needs,
            self.model.values.acceptance,
            self.acceptance,
            self.village,
        )
        if self.health:
            money = int((self.income + self.remit) * needs.professional_income_share)
            self.take_off(money * 60 // max(needs.professional_price, 1), range(8, -1, -1))
        village.total["unmet"] += sum(self.need)
        self.close_month()
        own += acceptance.network_speed * (village.mean_acceptance[self.zone] - own)
        own += village.reach * (1 - own) - 0.1 * acceptance.publicity * self.model.norm * own
        if self.received:
            own += acceptance.experience_speed * (self.satisfaction - own)
        self.acceptance = min(max(own, 0), 1)
        level = acceptance.lonely_alone if self.living == 2 else acceptance.lonely_other
        if self.received or self.given:
            level = max(level - acceptance.company_relief, 0)
        self.loneliness += 0.2 * (level - self.loneliness)


class PlainHelper(PlainPerson):
    """A person under 60 who may volunteer."""

    def start_month(self) -> None:
        """The time budget."""
        self.free = (
            self.model.values.timeuse.underemployed if self.role == 2 else self.model.values.timeuse.helper
        )


class PlainVillage(mesa.Agent):
    """Zones, matching, settlement."""

    model: MesaReference

    def __init__(self, model: MesaReference, leader: int, association: int) -> None:
        super().__init__(model)
        participation = model.values.participation
        self.people: list[Any] = []
        self.mean_acceptance: list[float] = []
        self.heads: list[int] = []
        self.active: list[int] = []
        self.reach = self.hazard = 0.0
        self.groups = leader + association
        self.support = (participation.leader if leader else 1) * (
            participation.association if association else 1
        )
        self.total, self.cash, self.receivable, self.fees = dict.fromkeys(TOTALS, 0), 0, 0, 0

    def look_around(self) -> None:
        """What people see before they decide: users, volunteers and acceptance by zone."""
        acceptance, elders = (
            self.model.values.acceptance,
            [person for person in self.people if isinstance(person, PlainElder)],
        )
        self.hazard = acceptance.enrol_own + acceptance.enrol_network * sum(
            elder.enrolled for elder in elders
        ) / max(len(elders), 1)
        zones = [
            [person for person in self.people if person.zone == zone]
            for zone in range(1 + max(person.zone for person in self.people))
        ]
        self.heads = [len(zone) for zone in zones]
        self.active = [sum(person.volunteer for person in zone) for zone in zones]
        by_zone = [[person.acceptance for person in zone if isinstance(person, PlainElder)] for zone in zones]
        self.mean_acceptance = [sum(zone) / max(len(zone), 1) for zone in by_zone]
        self.reach = acceptance.publicity * 0.5 * self.groups * (1 - self.model.norm)

    def match(self) -> None:
        """Enrolled elders, the frail first, emergencies and escorts before the rest.

        Helpers in a drawn order.
        """
        users = [person for person in self.people if isinstance(person, PlainElder) and person.enrolled]
        helpers = [person for person in self.people if person.volunteer and person.offer > 0]
        self.random.shuffle(users)
        self.random.shuffle(helpers)
        users.sort(key=lambda error: error.health == 0)
        helpers.sort(key=lambda person: person.zone)
        self.queues: dict[bool, list[deque[Any]]] = {}
        for skilled in (False, True):
            able = [person for person in helpers if person.trained or not skilled]
            self.queues[skilled] = [
                deque(person for person in able if person.zone == zone) for zone in range(len(self.heads))
            ] + [deque(able)]
        for urgent, kinds in ((True, (ESCORT, EMERGENCY)), (False, (0, 1, 2, 5, 6, 7, 8))):
            for user in users:
                before = user.received
                for kind in kinds:
                    if user.need[kind]:
                        self.request(user, kind)
                if not urgent and user.received > before:
                    user.satisfaction = min(user.satisfaction + 0.05, 1)

    def request(self, elder: PlainElder, kind: int) -> None:
        """Kin and neighbour, own zone, anywhere in the village."""
        wanted = left = min(elder.askable(kind), elder.quota)
        if wanted <= 0:
            return
        skilled, matching = kind in (REHABILITATION, PERSONAL), self.model.values.matching
        for helper in (elder.kin, elder.neighbour) if matching.kin_first else ():
            if helper and left and helper.volunteer:
                left -= serve(elder, kind, helper, left, skilled)
        queues = self.queues[skilled]
        for queue in (queues[elder.zone], queues[-1]) if matching.platform else (queues[elder.zone],):
            while left and queue:
                left -= serve(elder, kind, queue[0], left, skilled)
                if left:
                    queue.popleft()
        if left == wanted:
            elder.satisfaction = max(elder.satisfaction - 0.03, 0)
        self.total["asked"] += wanted
        self.total["mutual"] += wanted - left

    def settle(self) -> None:
        """Fees fall due and are paid but for arrears."""
        arrears = int(self.fees * self.model.values.families.arrears)
        self.cash, self.receivable, self.fees = self.cash + self.fees - arrears, self.receivable + arrears, 0


def serve(elder: PlainElder, kind: int, helper: Any, wanted: int, skilled: bool) -> int:
    """Minutes that h gives; none when off duty, untrained or the elder."""
    if helper.offer <= 0 or helper is elder or (skilled and not helper.trained):
        return 0
    minutes: int = min(wanted, helper.offer)
    helper.offer, helper.free, helper.given = (
        helper.offer - minutes,
        helper.free - minutes,
        helper.given + minutes,
    )
    elder.need[kind] -= minutes
    elder.received, elder.quota = elder.received + minutes, elder.quota - minutes
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
        parameters = engine.parameters
        health = tables.health_tables(
            parameters.health.worsen_scale,
            parameters.health.recover_scale,
            parameters.health.risk_scale,
            parameters.demography.rural_mortality_ratio,
        )
        on = float(parameters.health.on)
        self.worsen, self.recover, self.dementia = (
            (health.worsen * on).tolist(),
            (health.recover * on).tolist(),
            (tables.dementia_tables()[1] * on).tolist(),
        )
        self.seasons = tables.seasons()[1].tolist()
        self.need_table = (tables.need_hours() * np.array(needs.scales_of(engine.values.needs[0]))).tolist()
        (fixed,), (minds,) = engine.lasting_keys(needs.FIXED), engine.lasting_keys(timeuse.MINDS)
        for v, row in enumerate(engine.world.villages):
            village = PlainVillage(self, int(row.leader), int(row.association))
            block = slice(engine.world.start[v], engine.world.start[v] + engine.world.used[v])
            column: dict[str, list[Any]] = {
                name: getattr(engine.people, name)[block].tolist() for name in COLUMNS
            }
            for at, serial in enumerate(column["serial"]):
                ident = identity_of(int(row.number), serial)
                start = {name: column[name][at] for name in COPIED}
                cls = PlainElder if column["kind"][at] == 1 else PlainHelper
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
        acceptance = self.values.acceptance
        self.season = self.seasons[(self.first + self.month) % 12]
        self.norm = max(acceptance.norm - acceptance.norm_decline * max(self.month, 0) / 12, 0)
        elders, helpers, villages = (
            self.agents_by_type[PlainElder],
            self.agents_by_type[PlainHelper],
            self.agents_by_type[PlainVillage],
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
        return {name: sum(v.total[name] for v in self.agents_by_type[PlainVillage]) for name in TOTALS}

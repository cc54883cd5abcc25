"""How a month's pledges come about, step by step, from what the rule looked at: the rule itself is sim/parts/funding.py.

Pledges are made before anything else happens to money in a month, so they look at last month's cost, bills, cash, users
and gifts, at this year's income and at the values of the month. Every figure is in fen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from experiments.answer import layout
from sim.parts.funding import RULES
from sim.population import COLLECTIVE, FAMILIES, GOVERNMENT, PAYERS, SOCIETY

if TYPE_CHECKING:
    from experiments.explain import Place




@dataclass
class Pledges:
    """`parts` x basis is asked of a payer, at most `ceilings`; `made` is what is pledged by the end of the rule, in whole fen."""

    basis: float = 0.0
    said: list[str] = field(default_factory=list)  # how the basis came about
    shares: list[float] = field(default_factory=lambda: [0.0] * 4)
    parts: list[float] = field(default_factory=lambda: [0.0] * 4)
    ceilings: list[float | None] = field(default_factory=lambda: [None] * 4)
    asked: list[float] = field(default_factory=lambda: [0.0] * 4)
    made: list[int] = field(default_factory=lambda: [0] * 4)
    notes: list[str] = field(default_factory=list)  # what else the rule did

    def text(self) -> str:
        """Basis, one line a payer, notes."""
        if not self.said:
            return "; ".join(self.notes)
        rows = [["yuan a month", "share", "share x basis", "ceiling", "", "asked by share", "pledged"]]
        for k, payer in enumerate(PAYERS):
            top = self.ceilings[k]
            binds = "" if top is None else "binds" if self.parts[k] > top else "does not bind"
            rows.append([payer, f"{100 * self.shares[k]:.4g} %", yuan(self.parts[k]), "none" if top is None else yuan(top), binds, yuan(self.asked[k]), yuan(self.made[k])])
        return "\n".join([f"basis of the pledges: {'; '.join(self.said)}", layout(rows), *self.notes])


def yuan(fen: float) -> str:
    """Whole yuan."""
    return f"{round(fen / 100):,}"


def pledges(x: Place) -> Pledges:
    """The pledges of a village in a month, worked out again from the records of the month before."""
    f, found = x.values["funding"], Pledges()
    if int(x.state("level", 1)) == 0 or RULES[int(f["rule"])] == "none":
        why = "nobody pledges under rule none" if RULES[int(f["rule"])] == "none" else "no service at the start of the month"
        found.notes = [f"basis of the pledges: {why}"]
        return found
    envelope, alike = f["basis"] == 1, f["identical_payers"] == 1
    found.basis = _envelope(x, found.said) if envelope else _cost(x, found.said)
    _ask(x, found, envelope=envelope, limited=not (envelope or alike))
    want = list(found.asked)
    if not envelope and not alike:
        _by_rule(x, found, want)
        _crowd(x, found, want)
    made = [int(w) for w in want]
    if envelope:
        made[GOVERNMENT] += int(found.basis) - sum(made)
    if RULES[int(f["rule"])] == "provision_point":
        reached = f"{yuan(sum(made))} yuan pledged, the point is {100 * f['point']:.4g} % of the basis, {yuan(f['point'] * found.basis)}"
        if sum(made) < f["point"] * found.basis:
            made = [0 if k != FAMILIES else m for k, m in enumerate(made)]
            reached += ": missed, and all but families take their pledges back"
        found.notes.append(f"provision point: {reached}")
    for k, payer in enumerate(PAYERS):
        if not x.values[payer]["on"]:
            made[k] = 0
            found.notes.append(f"{payer}: switched off, pledges nothing")
    if x.flow("closed_now"):
        made = [0] * 4
        found.notes.append("the service closed in this month, so that the pledges fell away")
    found.made = made
    return found


def _cost(x: Place, said: list[str]) -> float:
    """Smoothed cost and a twelfth of old bills, halved where cash tops the reserve."""
    f, cost, old = x.values["funding"], int(x.state("cost_average", 1)), int(x.state("bills", 1)[3:].sum())
    basis = cost + old / 12.0
    said.append(f"smoothed cost {yuan(cost)} + a twelfth of the {yuan(old)} overdue by 3 months and more = {yuan(basis)} yuan")
    cash, top = x.balance("cash", 1), cost * f["reserve"]
    over = cash > top
    said.append(f"{'halved to ' + yuan(basis / 2) if over else 'not halved'}, as cash {yuan(cash)} {'tops' if over else 'does not top'} the reserve {yuan(top)} ({f['reserve']:g} months of smoothed cost)")
    return float(basis * 0.5 if over else basis)


def _envelope(x: Place, said: list[str]) -> float:
    """The yearly envelope less set-up money; in front where it is front-loaded."""
    f, elders = x.values["funding"], int(x.state("elders_start"))
    annuity = float(x.state("setup_annuity")) if x.month >= 0 else 0.0
    level = f["envelope"] * elders / 12.0 - annuity
    said.append(f"envelope {yuan(f['envelope'])} yuan a year x {elders} elders at the start / 12, less {yuan(annuity)} of set-up money a month = {yuan(level)} yuan")
    if f["profile"] == 0 or level <= 0.0:
        return max(level, 0.0)
    pv_level, pv_front, d = 0.0, 0.0, 1.0
    for t in range(x.result.parameters.horizon.months):
        pv_level += d
        pv_front += d * max(1.0 - t / f["taper"], 0.0)
        d /= 1.0 + float(x.values["economy"]["discount"]) / 12.0
    front = level * pv_level / max(pv_front, 1e-9) * max(1.0 - max(x.month, 0) / f["taper"], 0.0)
    said.append(f"front-loaded over {f['taper']} months at the same present value: {yuan(front)} in this one")
    return float(front)


def _ask(x: Place, found: Pledges, *, envelope: bool, limited: bool) -> None:
    """Share x basis of each payer, and its ceiling."""
    v = x.values
    found.shares = [float(v["funding"][f"share_{payer}"]) for payer in PAYERS]
    families = found.shares[FAMILIES]
    scale = 1.0 / (1.0 - families) if int(x.state("level", 1)) == 1 and families < 1.0 else 1.0
    if scale > 1.0:
        found.notes.append(f"visits only, nothing to charge for: the families' share is asked of the others, each times {scale:.3g}")
    found.parts = [0.0 if k == FAMILIES and scale > 1.0 else scale * found.basis * share for k, share in enumerate(found.shares)]
    if limited:
        found.ceilings[GOVERNMENT] = (v["government"]["ceiling"] + v["government"]["per_elder"] * int(x.state("users", 1))) / 12.0 * float(x.state("deflator"))
        found.ceilings[COLLECTIVE] = int(x.state("income")) * v["collective"]["welfare_cap"] / 12.0
        found.ceilings[SOCIETY] = v["society"]["ceiling"] / 12.0 * (0.5 + 0.5 * float(x.state("visibility", 1)))
    else:
        found.notes.append("no ceilings: " + ("the envelope is fixed beforehand, and government rounds it to the fen" if envelope else "all four pay alike"))
    found.asked = [part if top is None else min(part, top) for part, top in zip(found.parts, found.ceilings, strict=True)]


def _by_rule(x: Place, found: Pledges, want: list[float]) -> None:
    """Government's pledge under rules other than fixed shares."""
    f, others, top = x.values["funding"], want[1] + want[2] + want[3], found.ceilings[GOVERNMENT] or 0.0
    rule, limit, how = RULES[int(f["rule"])], top, ""
    if rule == "matching":
        want[GOVERNMENT] = f["match"] * others
        how = f"{f['match']:g} x the {yuan(others)} asked of the others"
    elif rule == "gap_filler":
        spare = max(x.balance("cash", 1) - int(x.state("cost_average", 1)), 0.0) / 6.0
        want[GOVERNMENT] = max(found.basis - others - spare, 0.0)
        how = f"basis less the {yuan(others)} asked of the others, less {yuan(spare)} (a sixth of cash over a month's smoothed cost)"
    elif rule == "per_service":
        meals, hours, visits = (int(x.state(name, 1)) for name in ("served_meals", "served_minutes", "served_visits"))
        want[GOVERNMENT] = (meals * f["per_meal"] + hours * f["per_hour"] / 60.0 + visits * f["per_visit"]) * float(x.state("deflator"))
        how = f"{meals} meals, {hours / 60:.0f} hours and {visits} visits of last month at their rates"
    elif rule == "tapering":
        left = max(1.0 - max(x.month - max(int(x.state("opened", 1)), 0), 0) / f["taper"], 0.0)
        limit = top * 2.0
        want[GOVERNMENT] = min(found.basis * left, top * 2.0 * left)
        how = f"{100 * left:.3g} % of the basis, at most as much of twice its ceiling"
    if how:
        bound = "the ceiling binds" if want[GOVERNMENT] > limit else "within its ceiling"
        found.notes.append(f"government by rule {rule}: {how} = {yuan(want[GOVERNMENT])} yuan, {bound}" + (f" of {yuan(limit)}" if limit > 0 else ""))
    want[GOVERNMENT] = min(want[GOVERNMENT], limit)


def _crowd(x: Place, found: Pledges, want: list[float]) -> None:
    """Last month's gifts crowd the other three out."""
    crowding, paid = float(x.values["funding"]["crowding"]), int(x.state("last_paid_gifts", 1))
    gifts = min(paid / max(found.basis, 1.0), 1.0)
    for k in (GOVERNMENT, COLLECTIVE, FAMILIES):
        want[k] *= 1.0 - crowding * gifts
    if crowding and paid:
        found.notes.append(f"gifts of {yuan(paid)} yuan last month take {100 * crowding * gifts:.3g} % off the pledges of the other three")



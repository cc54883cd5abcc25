"""What a search may set: the government's money, an option of a group, a parameter in its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.policies import Policy
from sim.state.parameters import nearest

from ...command.scenario import Composed, arm
from ...command.settings import Mistake, known, options
from ...report.style import chinese_names, tell, words
from ..candidates import Candidate
from ..discover_text import name_of

MONEY = "money"
SCALED = ("government.ceiling", "government.operating_envelope", "government.construction_envelope")
MOST_MONEY = 4.0  # times the government's money as written
GROUPS = ("funding", "business", "service", "timebank")
NULLS = ("default", "deposit", "identical_payers", "no_money")  # options that are no plan
NO_PLAN = ("county", "given", "horizon", "reported", "viability")  # the question, not an answer to it
STEPS = 40  # of its range in which a number is set: nobody sets a ceiling to the yuan
USUAL = (
    MONEY,
    "families.highest_level",
    "plan.days",
    "organisation.coordinator",
    "participation.stipend",
    "funding.residual",
    "business.care_share",
)
Values = Mapping[str, Any]  # lever -> its value: a plan


@dataclass(frozen=True)
class PlanLever:
    """A lever: one of `choices` where there are any, else a number from `low` to `high`."""

    name: str
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    choices: tuple[Any, ...] = ()

    def value(self, place: float) -> Any:
        """What is set where the search stands at `place`: a number, rounded, or the place of a choice."""
        if self.choices:
            return self.choices[round(place)]
        if self.whole:
            return round(place)
        step = (self.high - self.low) / STEPS
        return round(self.low + round((place - self.low) / step) * step, 9)

    @property
    def label(self) -> str:
        """Its name in words, with the unit of numbers."""
        if self.name == MONEY:
            return tell("government's money, times as written", "政府资金，为现有的倍数")
        if self.name in GROUPS:
            return words(self.name)
        unit = known()[self.name].unit
        shown = "%" if unit == "share" else tell(unit, chinese_names()["units"].get(unit, unit))
        return name_of(self.name) + ("" if self.choices or unit == "ratio" else f" ({shown})")

    def text(self, value: Any) -> str:
        """A value in words."""
        if isinstance(value, bool):
            return tell("yes" if value else "no", "是" if value else "否")
        if isinstance(value, str):
            return words(value)
        percent = self.name != MONEY and known()[self.name].unit == "share"
        return f"{100 * value if percent else value:.4g}"


def lever(word: str) -> PlanLever:
    """A lever by its name; Mistake where it is none."""
    if word == MONEY:
        return PlanLever(MONEY, 0.0, MOST_MONEY)
    if word in GROUPS:
        return PlanLever(word, choices=tuple(one for one in options()[word] if one not in NULLS))
    if word not in known():
        hint = nearest(word, [MONEY, *GROUPS, *known()])
        raise Mistake(
            f"levers: unknown {word!r}: {MONEY}, {', '.join(GROUPS)} or a parameter is wanted{hint}"
        )
    if word.partition(".")[0] in NO_PLAN:
        raise Mistake(f"levers: {word} is part of the county or of the question, which no plan can set")
    declared = known()[word]
    if declared.kind is bool:
        return PlanLever(word, choices=(False, True))
    if declared.choices:
        return PlanLever(word, choices=tuple(declared.choices))
    if declared.low is None or declared.high is None:
        raise Mistake(f"levers: {word} has no range from which values could be taken")
    return PlanLever(word, float(declared.low), float(declared.high), declared.kind is int)


def levers(line: Composed) -> list[PlanLever]:
    """The levers of a command line; Mistake where one is set by the line too."""
    names = [str(word) for word in line.settings.levers] or [
        word for word in USUAL if word not in line.pinned
    ]
    for name in names:
        if name in line.pinned:
            raise Mistake(f"{name} is set on the command line and a lever too: give one of them")
    return [lever(name) for name in names]


def as_written(line: Composed, found: Sequence[PlanLever]) -> dict[str, Any]:
    """Lever -> what the command line sets; without groups that it does not name."""
    flat, values = line.parameters.flat(), dict[str, Any]()
    for one in found:
        if one.name == MONEY:
            values[MONEY] = 1.0
        elif one.name not in GROUPS:
            values[one.name] = flat[one.name]
        elif line.named.get(one.name) in one.choices:
            values[one.name] = line.named[one.name]
    return values


def name_plan(values: Values) -> str:
    """A plan by what it sets; the same values have the same name."""
    return ", ".join(f"{name}={value}" for name, value in values.items())


def candidate(values: Values, pinned: Mapping[str, Any]) -> Candidate:
    """A plan as it is run: options of groups first, single parameters over them, the line over all."""
    changes: dict[str, Any] = {}
    for name in (one for one in values if one in GROUPS):
        changes |= arm(name, values[name])
    changes |= {name: value for name, value in values.items() if name != MONEY and name not in GROUPS}
    factor, policies = values.get(MONEY, 1.0), ()
    if factor != 1.0:
        scaled = tuple({"path": path, "scale": factor} for path in SCALED)
        policies = (Policy("money", scaled),)  # type: ignore[assignment]
    return Candidate(name_plan(values), {**changes, **pinned}, policies)

"""The co-op: favours between accounts; below a reserve nobody asks, at a desired maximum nobody gives."""

from __future__ import annotations

from functools import partial

import numpy as np

import sim
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..favours import HOUR, by_village, heads, issue, mean_of, monthly, more, village

EVENING = HOUR  # minutes: nobody sits twice
WITH_DUES = ("time bank", "favours")


def exchanges(model: sim.MutualAidModel) -> np.ndarray:
    """(villages) evenings out a head this month."""
    return by_village(model, "favours_paid") / heads(model)


def by_issue(published: Published, parameters: Parameters, seed: int) -> dict[float, tuple[float, float]]:
    """Evenings out a head, in the long run, by scrip issued a head."""
    setting, found = published.setting, {}
    for units in setting["issues"]:
        model = village(parameters, seed)
        issue(model, units)
        series = monthly(model, int(setting["before"]) + int(setting["months"]), exchanges, EVENING)
        found[units] = mean_of(series[int(setting["before"]) :].mean(axis=0))
    return found


def slumps(published: Published, parameters: Parameters, seed: int) -> list[Claim]:
    """An injection ends a slump, and dues make one."""
    setting = published.setting
    target, injected = float(setting["target"]), float(setting["injected"])
    look = partial(monthly, months=12, look=exchanges, free=EVENING)
    model = village(parameters, seed)
    issue(model, target - 1)
    slump = mean_of(look(model).mean(axis=0))
    issue(model, injected)
    ended = mean_of(look(model).mean(axis=0))
    levied = village(parameters.replace({"timebank.levy": float(setting["dues"])}), seed)
    issue(levied, target + 3)
    years = [mean_of(look(levied, names=WITH_DUES).mean(axis=0)) for _ in range(int(setting["years"]))]
    return [
        more("an injection ends the slump", "增发结束萧条", ended, slump),
        more("dues that are never spent make a slump", "从不花出的会费造成萧条", years[0], years[-1]),
        Claim("in the end with dues nobody goes out", "收取会费终使无人外出", *years[-1], 0.0),
    ]


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Evenings out by issue, without and with a desired maximum; slumps."""
    setting = published.setting
    target, most = int(setting["target"]), int(setting["most"])
    reserve = {"exchange.reserve": float(target + 1)}  # who holds more than the target asks
    free = by_issue(published, parameters.replace(reserve), seed)
    capped = by_issue(published, parameters.replace({**reserve, "exchange.threshold": float(most)}), seed)
    below, above, middle, high = target - 1, target + 0.5, 5, most
    claims = [
        Claim(
            f"{below} a head, target {target}: nobody goes out",
            f"人均 {below}，目标 {target}：无人外出",
            *free[below],
            0.0,
        ),
        more(
            f"more go out with {middle} a head than with {above}",
            f"人均 {middle} 时外出多于 {above}",
            free[middle],
            free[above],
        ),
        more(f"and with 8 than with {middle}", f"人均 8 时又多于 {middle}", free[8], free[middle]),
        more(
            f"with a desired maximum of {most} they rise",
            f"有期望上限 {most} 时先升",
            capped[middle],
            capped[above],
        ),
        more("and fall again", "而后复降", capped[middle], capped[high]),
        *slumps(published, parameters.replace(reserve), seed),
    ]
    lines = [
        Line(
            english,
            chinese,
            list(found),
            [],
            [one for one, _ in found.values()],
            [error for _, error in found.values()],
        )
        for english, chinese, found in (
            ("no desired maximum", "无期望上限", free),
            (f"desired maximum {most}", f"期望上限 {most}", capped),
        )
    ]
    return Reproduction(
        claims, lines, ("scrip issued a head", "人均发行"), ("evenings out a head", "人均外出晚数")
    )

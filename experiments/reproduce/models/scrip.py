"""A scrip system: favours at the time bank without overdraft, below a threshold that is a best reply."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.state.codes import ALTRUIST
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..favours import HOUR, PLENTY, balances, issue, more, seen, service, village

MOST = 400  # largest threshold that is looked at
TIGHT = 1e-12


def ratio_of(threshold: int, mean: float) -> float:
    """L such that P(i) proportional to L^i on 0 .. threshold has this mean, by bisection of log L."""
    low, high = -50.0, 50.0
    places = np.arange(threshold + 1)
    for _ in range(100):
        middle = (low + high) / 2
        logs = middle * places
        weights = np.exp(logs - logs.max())
        low, high = (middle, high) if weights @ places < mean * weights.sum() else (low, middle)
    return math.exp((low + high) / 2)


def law(threshold: int, mean: float) -> np.ndarray:
    """(threshold + 1) shares by balance: the most random that has this mean."""
    logs = math.log(ratio_of(threshold, mean)) * np.arange(threshold + 1)
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def served(threshold: int, mean: float) -> float:
    """Share of requests served: all but those of whoever has nothing; none where all are at the threshold."""
    return float(1 - law(threshold, mean)[0]) if mean < threshold else 0.0


def best_reply(earning: float, cost: float, discount: float, gifts: float = 0.0) -> int:
    """Balance from which on serving is not worth its cost, by value iteration over balances.

    `earning` chances to serve come in the time between two own requests, of which the share `gifts` is served
    for nothing; `discount` is for that time, a request served is worth one.
    """
    asking, total = 1 - gifts, 1 - gifts + earning
    patience = total / (total - math.log(discount))  # discount until the next of the two
    value = np.zeros(MOST + 1)
    while True:
        paid = np.concatenate([value[:1], 1 + value[:-1]])
        richer = np.concatenate([value[1:] - cost, value[-1:]])
        fresh = patience * (asking * paid + earning * np.maximum(richer, value)) / total
        if np.abs(fresh - value).max() < TIGHT:
            break
        value = fresh
    worth = np.diff(value) > cost
    return int(worth.argmin()) if not worth.all() else MOST


def equilibrium(mean: float, cost: float, discount: float, gifts: float = 0.0) -> int:
    """The largest threshold that is a best reply to itself; 0 where it would hold no more than all money."""
    threshold = MOST
    while threshold > mean:
        reply = best_reply((1 - gifts) * ratio_of(threshold, mean), cost, discount, gifts)
        if reply >= threshold:
            return threshold
        threshold = reply
    return 0


def crash(cost: float, discount: float) -> float:
    """Money a head up to which anybody serves, to a hundredth."""
    low, high = 0, 100 * MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if equilibrium(middle / 100, cost, discount) else (low, middle)
    return low / 100


class Town:
    """Agents who all play a threshold, and what is seen of them."""

    def __init__(self, published: Published, parameters: Parameters, seed: int) -> None:
        self.setting, self.parameters, self.seed = published.setting, parameters, seed

    def seen(self, threshold: int, mean: float, **shares: float) -> tuple[np.ndarray, np.ndarray]:
        """Service, then shares by balance, with their errors."""
        changes = {f"habits.{name}": share for name, share in shares.items()}
        parameters = self.parameters.replace({"exchange.threshold": float(threshold), **changes})
        model = village(parameters, self.seed)
        issue(model, mean)
        people: Any = model.people
        # who gives for nothing has time for as many favours as each asks for
        own = round(parameters.exchange.favours * HOUR)
        free = np.where(people.leaning == ALTRUIST, own, PLENTY)
        return seen(
            model,
            int(self.setting["months"]),
            lambda model: np.array([service(model), *balances(model, threshold + 1)]),
            int(self.setting["before"]) * (4 if shares.get("hoarders") else 1),
            free,
        )

    def service(self, threshold: int, mean: float, **shares: float) -> tuple[float, float]:
        """Share of requests served and its error."""
        found, errors = self.seen(threshold, mean, **shares)
        return float(found[0]), float(errors[0])


def laws(town: Town) -> list[Claim]:
    """Balances and service of given thresholds."""
    claims = []
    for threshold, mean in town.setting["laws"]:
        found, errors = town.seen(threshold, mean)
        exact = law(threshold, mean)
        claims.append(
            Claim(
                f"k = {threshold}, {mean} a head: share of requests served, 1 - P(0)",
                f"k = {threshold}，人均 {mean}：得到满足的请求比例，1 - P(0)",
                float(found[0]),
                float(errors[0]),
                float(1 - exact[0]),
            )
        )
        claims.append(
            Claim(
                f"k = {threshold}, {mean} a head: share at the threshold, P(k)",
                f"k = {threshold}，人均 {mean}：处于阈值者的比例，P(k)",
                float(found[-1]),
                float(errors[-1]),
                float(exact[-1]),
            )
        )
    return claims


def money(town: Town) -> tuple[list[Claim], list[Line]]:
    """Service by money a head where each plays the best reply: up, then nothing."""
    setting = town.setting
    cost, dear = float(setting["cost"]), float(setting["dear"])
    discount, patient = float(setting["discount"]), float(setting["patient"])
    cases = ((cost, discount), (dear, discount), (cost, patient))
    found = {
        (case, mean): town.service(equilibrium(mean, *case), mean)
        for case in cases
        for mean in setting["money"]
    }
    lines = [
        Line(
            f"cost {case[0]:g}, discount {case[1]:g}: crash at {crash(*case):.2f}",
            f"成本 {case[0]:g}，贴现 {case[1]:g}：崩溃于 {crash(*case):.2f}",
            list(setting["money"]),
            [served(equilibrium(mean, *case), mean) for mean in setting["money"]],
            [found[case, mean][0] for mean in setting["money"]],
            [found[case, mean][1] for mean in setting["money"]],
        )
        for case in cases
    ]
    least, (little, much) = setting["money"][0], setting["compared"]
    base = cases[0]
    claims = [
        more(
            f"welfare rises with money: {little} a head over {least} a head",
            f"福利随货币增加：人均 {little} 高于人均 {least}",
            found[base, little],
            found[base, least],
        ),
        more(
            f"and falls to nothing beyond the crash: {little} a head over {much}",
            f"过崩溃点后归零：人均 {little} 高于人均 {much}",
            found[base, little],
            found[base, much],
        ),
        more(
            f"the crash comes sooner at a higher cost: {little} a head, {cost:g} over {dear:g}",
            f"成本越高崩溃越早：人均 {little}，成本 {cost:g} 高于 {dear:g}",
            found[base, little],
            found[cases[1], little],
        ),
        more(
            f"and later with more patience: {much} a head, {patient:g} over {discount:g}",
            f"越有耐心崩溃越晚：人均 {much}，贴现 {patient:g} 高于 {discount:g}",
            found[cases[2], much],
            found[base, much],
        ),
    ]
    return claims, lines


def habits(town: Town) -> list[Claim]:
    """Hoarders take money out of use; a few altruists help, many leave the others nothing to earn."""
    setting = town.setting
    share, (threshold, mean) = float(setting["hoarders"]), setting["hoarded"]
    # each hoarder ends with a full account, which the others lack
    left = (mean - share * threshold) / (1 - share)
    claims = [
        Claim(
            f"{share:.0%} hoarders, k = {threshold}, {mean} a head: served as with {left:g} a head",
            f"囤积者占 {share:.0%}，k = {threshold}，人均 {mean}：如同人均 {left:g}",
            *town.service(threshold, mean, hoarders=share),
            served(threshold, left),
        )
    ]
    cost, discount, mean = float(setting["cost"]), float(setting["discount"]), float(setting["shared"])
    none, few, many = (
        # their money ends with the others; the share of favours that they do for nothing is their own
        town.service(equilibrium(mean / (1 - share), cost, discount, share), mean, altruists=share)
        for share in setting["altruists"]
    )
    _, some, most = setting["altruists"]
    claims += [
        more(f"a few altruists help: {some:.0%} over none", f"少数利他者有益：{some:.0%} 高于无", few, none),
        more(
            f"many stop others earning: {some:.0%} over {most:.0%}",
            f"利他者过多使他人无从挣得：{some:.0%} 高于 {most:.0%}",
            few,
            many,
        ),
        more(
            f"and leave all worse off than without: none over {most:.0%}",
            f"反而不如没有：无高于 {most:.0%}",
            none,
            many,
        ),
    ]
    return claims


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Laws, money and crash, hoarders and altruists."""
    town = Town(published, parameters, seed)
    by_money, lines = money(town)
    return Reproduction(
        [*laws(town), *by_money, *habits(town)],
        lines,
        ("money a head", "人均货币"),
        ("share of requests served", "得到满足的请求比例"),
    )

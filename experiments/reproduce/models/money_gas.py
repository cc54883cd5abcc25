"""Random exchange: favours between accounts of the time bank with the overdraft as the debt limit."""

from __future__ import annotations

from functools import partial

import numpy as np

import sim
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..favours import balances, issue, seen, service, village


def law(mean: float, limit: int, states: int) -> np.ndarray:
    """Share with -limit, -limit + 1, ..: exponential in the balance above the limit."""
    ratio = (mean + limit) / (mean + limit + 1)
    return (1 - ratio) * ratio ** np.arange(states)


def looked_at(model: sim.MutualAidModel, states: int, limit: int) -> np.ndarray:
    """Service, then shares by balance."""
    return np.array([service(model), *balances(model, states, -limit)])


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Balances and service for several debt limits against the discrete exponential law."""
    setting = published.setting
    mean, states = float(setting["mean"]), int(setting["states"])
    claims, lines = [], []
    for limit in map(int, setting["limits"]):
        model = village(parameters.replace({"timebank.overdraft": float(limit)}), seed)
        issue(model, mean)
        found, errors = seen(
            model,
            int(setting["months"]),
            partial(looked_at, states=states, limit=limit),
            int(setting["before"]) * (1 + limit),
        )
        exact = law(mean, limit, states)
        claims.append(
            Claim(
                f"debt limit {limit}: share of favours given, one less those at the limit",
                f"负债上限 {limit}：得到满足的请求比例，即一减去处于上限者的比例",
                float(found[0]),
                float(errors[0]),
                float(1 - exact[0]),
            )
        )
        claims += [
            Claim(
                f"debt limit {limit}: share with a balance of {place - limit}",
                f"负债上限 {limit}：余额为 {place - limit} 者的比例",
                float(found[1 + place]),
                float(errors[1 + place]),
                float(exact[place]),
            )
            for place in (0, 1, 2, 4)
        ]
        lines.append(
            Line(
                f"debt limit {limit}",
                f"负债上限 {limit}",
                (np.arange(states) - limit).tolist(),
                exact.tolist(),
                found[1:].tolist(),
                errors[1:].tolist(),
            )
        )
    return Reproduction(
        claims, lines, ("balance, hours", "余额（小时）"), ("share of inhabitants", "居民比例"), True
    )

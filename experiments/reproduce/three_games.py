"""Three populations with two strategies each: payoffs from YAML, corners, replicator equations, agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from scipy.integrate import solve_ivp

from sim.state.parameters import nearest
from sim.state.yaml12 import load

from ..command.settings import Mistake

PLAYERS = 3
CORNERS = tuple(product((0, 1), repeat=PLAYERS))  # strategy of each player: 0 the first, 1 the second
FIELDS = ("title", "chinese", "source", "players", "payoffs", "stable", "start", "words")


@dataclass(frozen=True)
class ThreeGame:
    """A payoff table; `payoffs` (players, 2, 2, 2) by the strategies of all three."""

    title: str
    chinese: str
    source: str
    players: Mapping[str, Sequence[str]]
    payoffs: np.ndarray
    stable: frozenset[tuple[int, ...]]
    start: np.ndarray
    words: Mapping[str, str]

    def in_chinese(self, word: str) -> str:
        """A player or strategy in Chinese, or as it stands where the table does not say."""
        return self.words.get(word, word)


def read_game(path: Path) -> ThreeGame:
    """From its YAML; Mistake with the file and the nearest word where it is not complete."""
    fields = load(path.read_text(encoding="utf-8"), path.name)
    for word in fields:
        if word not in FIELDS:
            raise Mistake(
                f"{path.name}: there is no {word!r}; there are {', '.join(FIELDS)}{nearest(word, FIELDS)}"
            )
    if lost := [word for word in FIELDS if word not in fields and word != "words"]:
        raise Mistake(f"{path.name}: {', '.join(lost)} is missing")
    players = fields["players"]
    if len(players) != PLAYERS or any(len(set(words)) != 2 for words in players.values()):
        raise Mistake(f"{path.name}: players wants three, each with two strategies of different names")
    start = np.array(fields["start"], float)
    if start.shape != (PLAYERS,) or not ((start > 0) & (start < 1)).all():
        raise Mistake(f"{path.name}: start wants a share between 0 and 1 for each of the three players")
    stable = frozenset(corner_of(case, players, path.name) for case in fields["stable"])
    payoffs = payoffs_of(fields["payoffs"], players, path.name)
    told = (fields["title"], fields["chinese"], fields["source"])
    return ThreeGame(*told, players, payoffs, stable, start, fields.get("words", {}))


def corner_of(case: Sequence[str], players: Mapping[str, Sequence[str]], where: str) -> tuple[int, ...]:
    """The strategies of a case by their places."""
    if len(case) != PLAYERS:
        raise Mistake(f"{where}: a case names a strategy of each of the three players, not {list(case)}")
    for word, (player, words) in zip(case, players.items(), strict=True):
        if word not in words:
            raise Mistake(
                f"{where}: {player} has no strategy {word!r}, but {' and '.join(words)}{nearest(word, words)}"
            )
    return tuple(list(words).index(word) for word, words in zip(case, players.values(), strict=True))


def payoffs_of(rows: Sequence[Any], players: Mapping[str, Sequence[str]], where: str) -> np.ndarray:
    """(players, 2, 2, 2); every case once, with a number for each player."""
    payoffs = np.full((PLAYERS, 2, 2, 2), np.nan)
    for row in rows:
        corner, gets = corner_of(row["case"], players, where), row["gets"]
        if not np.isnan(payoffs[0][corner]):
            raise Mistake(f"{where}: the case {', '.join(row['case'])} stands there twice")
        if len(gets) != PLAYERS or not all(isinstance(one, int | float) for one in gets):
            raise Mistake(f"{where}: gets wants three numbers in the case {', '.join(row['case'])}")
        payoffs[:, corner[0], corner[1], corner[2]] = gets
    for corner in CORNERS:
        if np.isnan(payoffs[0][corner]):
            words = [list(both)[at] for both, at in zip(players.values(), corner, strict=True)]
            raise Mistake(f"{where}: payoffs lack the case {', '.join(words)}")
    return payoffs


def differences(payoffs: np.ndarray, corner: tuple[int, ...]) -> np.ndarray:
    """(players) what each would gain by the other strategy while the others stay in the corner."""
    gains = []
    for player in range(PLAYERS):
        other = list(corner)
        other[player] = 1 - other[player]
        gains.append(payoffs[(player, *other)] - payoffs[(player, *corner)])
    return np.array(gains)


def stable_corners(payoffs: np.ndarray) -> frozenset[tuple[int, ...]]:
    """Those in which all three would lose by the other strategy."""
    return frozenset(corner for corner in CORNERS if (differences(payoffs, corner) < 0).all())


def advantage(payoffs: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(..., players) what the first strategy earns more, the others mixing by `shares` (..., players).

    `payoffs` (..., players, 2, 2, 2).
    """
    mixed = np.stack([shares, 1 - shares], axis=-1)  # (..., players, strategies)
    gains = []
    for player in range(PLAYERS):
        one, other = (at for at in range(PLAYERS) if at != player)
        own = np.moveaxis(payoffs[..., player, :, :, :], player - PLAYERS, -PLAYERS)
        more = own[..., 0, :, :] - own[..., 1, :, :]
        gains.append(np.einsum("...bc,...b,...c->...", more, mixed[..., one, :], mixed[..., other, :]))
    return np.stack(gains, axis=-1)


def replicator(payoffs: np.ndarray, start: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(times, ..., players) shares of the first strategies, from `start` (..., players)."""

    def speed(_: float, flat: np.ndarray) -> np.ndarray:
        shares = flat.reshape(start.shape)
        return np.asarray(shares * (1 - shares) * advantage(payoffs, shares)).ravel()

    found = solve_ivp(speed, (0.0, times[-1]), start.ravel(), t_eval=times, rtol=1e-8, atol=1e-10)
    return np.asarray(found.y.T.reshape(len(times), *start.shape))


class GamePlayer(mesa.Agent):
    """One of a population: plays a strategy, and does as another of its own does who had more."""

    def __init__(self, model: Populations, place: int, strategy: int) -> None:
        super().__init__(model)
        self.place, self.strategy = place, strategy
        self.had, self.next = 0.0, strategy

    def meet(self) -> None:
        """Meets one of each other population, drawn."""
        met = [self.model.random.choice(members).strategy for members in self.model.populations]
        met[self.place] = self.strategy
        self.had = self.model.table[self.place][met[0]][met[1]][met[2]]

    def look(self) -> None:
        """Looks at another of its own population now and then."""
        draw = self.model.random
        self.next = self.strategy
        if draw.random() < self.model.review:
            other = draw.choice(self.model.populations[self.place])
            if draw.random() * self.model.most < other.had - self.had:
                self.next = other.strategy

    def change(self) -> None:
        """Does what it has seen."""
        self.strategy = self.next


class Populations(mesa.Model):
    """Three populations of `number` agents each, who imitate in proportion to the gain."""

    def __init__(self, game: ThreeGame, number: int, review: float, seed: int) -> None:
        super().__init__(seed=seed)
        self.review = review
        self.table = game.payoffs.tolist()
        self.most = float(max(np.ptp(own) for own in game.payoffs))  # so that a chance is never over one
        firsts = np.rint(game.start * number).astype(int)
        self.populations = [
            [GamePlayer(self, place, int(member >= first)) for member in range(number)]
            for place, first in enumerate(firsts)
        ]

    def shares(self) -> list[float]:
        """Share of each population that plays its first strategy."""
        return [1 - sum(one.strategy for one in members) / len(members) for members in self.populations]

    def step(self) -> None:
        """All meet, all look, all change."""
        for action in ("meet", "look", "change"):
            self.agents.do(action)


def played_by_agents(game: ThreeGame, number: int, review: float, steps: int, seed: int) -> np.ndarray:
    """(steps + 1, players) shares of the first strategies."""
    model = Populations(game, number, review, seed)
    found = [model.shares()]
    for _ in range(steps):
        model.step()
        found.append(model.shares())
    return np.array(found)

"""Three populations: which corners are stable, and agents beside the replicator equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.state.parameters import Parameters

from ..catalogue import tables_of
from ..claims import Claim, Line, Published, Reproduction
from ..three_games import (
    CORNERS,
    PLAYERS,
    ThreeGame,
    differences,
    played_by_agents,
    read_game,
    replicator,
    stable_corners,
)

NEAR, SOON = 1e-3, 4.0  # how far from a corner a game begins, and how long it goes on
MOST_PAYOFF = 6  # of random tables, in whole numbers, so that a difference is at least one
SHOWN = 12  # points of a line


def returns(payoffs: np.ndarray) -> np.ndarray:
    """(tables, corners) whether a game that begins near a corner comes nearer to it in every population."""
    corners = 1.0 - np.array(CORNERS)  # share of the first strategy
    begun = np.where(corners > 0, 1 - NEAR, NEAR)
    start = np.broadcast_to(begun, (len(payoffs), *begun.shape))
    tables = np.broadcast_to(payoffs[:, None], (len(payoffs), len(CORNERS), *payoffs.shape[1:]))
    ended = replicator(tables, np.array(start), np.array([0.0, SOON]))[-1]
    return np.asarray((np.abs(ended - corners) < NEAR).all(axis=-1))


def random_tables(count: int, seed: int) -> np.ndarray:
    """(tables, players, 2, 2, 2) whole payoffs; in no case are a player's two strategies worth the same."""
    draw = np.random.default_rng(seed)
    found: list[np.ndarray] = []
    while len(found) < count:
        table = draw.integers(-MOST_PAYOFF, MOST_PAYOFF + 1, (PLAYERS, 2, 2, 2)).astype(float)
        if all(differences(table, corner).all() for corner in CORNERS):
            found.append(table)
    return np.array(found)


def theorem(count: int, seed: int) -> Claim:
    """Of random tables, corners that draw games back as the three signs say."""
    tables = random_tables(count, seed)
    by_sign = np.array([[corner in stable_corners(table) for corner in CORNERS] for table in tables])
    return Claim(
        f"corners of {count} random tables that draw games back just where all differences are negative",
        f"{count} 张随机收益表中，当且仅当三个收益差皆为负时角点吸引博弈的比例",
        float((returns(tables) == by_sign).mean()),
        0.0,
        1.0,
        0.0,
    )


def corners_of(game: ThreeGame) -> Claim:
    """Corners that the table's source calls stable, against those to which games return."""
    found = {corner for corner, drawn in zip(CORNERS, returns(game.payoffs[None])[0], strict=True) if drawn}
    return Claim(
        f"{game.title}: corners that are as stable as its source says, of eight",
        f"{game.chinese}：八个角点中与出处所述稳定性一致者",
        float(sum((corner in found) == (corner in game.stable) for corner in CORNERS)),
        0.0,
        8.0,
        0.0,
    )


def agents_of(game: ThreeGame, setting: Any, seed: int) -> tuple[list[Claim], list[Line]]:
    """How far agents are from the replicator, by their number; the path of the many."""
    steps, review = int(setting["steps"]), float(setting["review"])
    most = float(max(np.ptp(own) for own in game.payoffs))
    exact = replicator(game.payoffs, game.start, np.arange(steps + 1) * review / most)
    far, many = [], np.empty(0)
    for number in setting["numbers"]:
        repeats = int(setting["repeats"][number])
        many = np.array(
            [played_by_agents(game, number, review, steps, seed * 1000 + one) for one in range(repeats)]
        )
        far.append(np.sqrt(((many - exact) ** 2).mean(axis=(1, 2))))
    claims = []
    for at in range(1, len(far)):
        fewer, number = setting["numbers"][at - 1 : at + 1]
        few, more = far[at - 1], far[at]
        error = np.sqrt(few.var(ddof=1) / len(few) + more.var(ddof=1) / len(more))
        claims.append(
            Claim(
                f"{game.title}: {number} agents a population stay nearer to the replicator than {fewer}",
                f"{game.chinese}：每群体 {number} 个个体比 {fewer} 个更接近复制者方程",
                float(few.mean() - more.mean()),
                float(error),
            )
        )
    shown = np.linspace(0, steps, SHOWN).round().astype(int)
    errors = many.std(axis=0, ddof=1) / np.sqrt(len(many))
    lines = [
        Line(
            f"{player}: {words[0]}",
            f"{game.in_chinese(player)}：{game.in_chinese(words[0])}",
            shown.tolist(),
            exact[shown, place].tolist(),
            many.mean(axis=0)[shown, place].tolist(),
            errors[shown, place].tolist(),
        )
        for place, (player, words) in enumerate(game.players.items())
    ]
    return claims, lines


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """The theorem on random tables, every table that is there; the lines of the first."""
    setting = published.setting
    claims = [theorem(int(setting["random_tables"]), seed)]
    lines: list[Line] = []
    for path in tables_of(published.name):
        game = read_game(path)
        told, drawn = agents_of(game, setting, seed)
        claims += [corners_of(game), *told]
        lines = lines or drawn
    across = ("steps", "步")
    return Reproduction(claims, lines, across, ("share that plays the strategy", "采用该策略的比例"))

"""Three populations: a table as it is typed, its corners by hand, and the replicator's closed form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.command.settings import Mistake
from experiments.reproduce.catalogue import tables_of
from experiments.reproduce.models.game import returns
from experiments.reproduce.three_games import (
    advantage,
    differences,
    played_by_agents,
    read_game,
    replicator,
    stable_corners,
)

SHIPPED = next(path for path in tables_of("game") if path.stem == "three_partners")


def apart(gains: tuple[float, float, float]) -> np.ndarray:
    """Payoffs in which each earns so much by the first strategy, whatever the others do."""
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[0, 0], payoffs[1, :, 0], payoffs[2, :, :, 0] = gains
    return payoffs


def test_differences_of_a_corner_by_hand() -> None:
    """All support, serve and join: 4 instead of 5, 3 of 6, 3 of 6."""
    game = read_game(SHIPPED)
    assert differences(game.payoffs, (0, 0, 0)).tolist() == [-1.0, -3.0, -3.0]
    assert differences(game.payoffs, (1, 0, 0)).tolist() == [1.0, -1.0, -1.0]
    assert stable_corners(game.payoffs) == {(0, 0, 0), (1, 1, 1)}


def test_games_return_to_the_corner_in_which_each_plays_what_earns_more() -> None:
    payoffs = apart((2.0, -1.0, 3.0))  # first, second, first
    assert stable_corners(payoffs) == {(0, 1, 0)}
    assert np.flatnonzero(returns(payoffs[None])[0]).tolist() == [2]  # the third of the eight


def test_advantage_by_hand() -> None:
    """The organisation: half support, a quarter join. 0.125 x 3 + 0.375 x -1 + 0.125 x 1 + 0.375 x -2."""
    shares = np.array([0.5, 0.9, 0.25])
    assert advantage(read_game(SHIPPED).payoffs, shares)[1] == pytest.approx(-0.625)


def test_a_share_that_always_earns_two_more_grows_logistically() -> None:
    """From .2 after one unit of time: .2 e^2 / (.8 + .2 e^2) = .6488; nothing moves where nothing differs."""
    found = replicator(apart((2.0, 0.0, 0.0)), np.array([0.2, 0.3, 0.4]), np.array([0.0, 1.0]))
    assert found[-1] == pytest.approx([0.6488, 0.3, 0.4], abs=1e-4)


def test_agents_who_do_not_look_do_not_change() -> None:
    shares = played_by_agents(read_game(SHIPPED), 20, 0.0, 3, 1)
    assert (shares == 0.6).all()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("stable:", "stabls:", "did you mean stable?"),
        ("[supports, serves, join], gets", "[supports, serve, join], gets", "did you mean serves?"),
        ("gets: [5, 6, 6]", "gets: [5, 6]", "gets wants three numbers in the case supports, serves, join"),
        ("[supports, serves, stay home], gets", "[supports, serves, join], gets", "stands there twice"),
        ("  - {case: [supports, serves, stay home], gets: [1, 2, 3]}\n", "", "lack the case supports"),
        ("start: [0.6, 0.6, 0.6]", "start: [0.6, 1.0, 0.6]", "start wants a share"),
        ("[supports, stands aside]", "[supports, supports]", "two strategies of different names"),
    ],
)
def test_a_table_that_is_wrong_is_said_in_a_sentence(
    before: str, after: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "typed.yaml"
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Mistake, match="typed.yaml: .*" + said.replace("?", r"\?")):
        read_game(path)

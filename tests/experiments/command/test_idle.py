"""`python run.py idle`: what changes no byte is found, what changes one is not; nothing drawn is idle."""

from __future__ import annotations

import random

import pytest

from experiments.command import idle as verb
from experiments.command.line import answer
from experiments.command.scenario import Mistake, compose_line
from experiments.study.idle import STAGES, Stage, drawn_in, ends, idle

SHORT = (Stage(villages=4, months=12, seeds=(1,), drawn=False),)
SMALL = ["experiment=baseline", "county.elders=60", "horizon.spin_up=2"]


def test_what_is_off_is_found_and_what_acts_is_not():
    """Nobody runs on the bank by default; death comes to all; without an envelope nothing is discounted."""
    line = compose_line(SMALL)
    wanted = ["trust.run_low", "demography.rural_mortality_ratio", "economy.discount", "needs.meals_scale"]
    assert idle(line, wanted, SHORT) == ["trust.run_low", "economy.discount"]


def test_what_the_line_switches_on_is_looked_at():
    assert "trust.run_low" not in drawn_in(compose_line(SMALL))
    line = compose_line([*SMALL, "trust.run=true"])
    assert "trust.run_low" in drawn_in(line)


def test_a_parameter_that_acts_beside_another_is_tried_beside_drawn_ones():
    """Money for food moves the taste only where it left the usual money: 1 + taste (food / usual - 1)."""
    line = compose_line(["experiment=baseline"])
    path = "canteen.food_taste"
    assert idle(line, [path], [Stage(4, 12, (1,), drawn=False)]) == [path]
    assert idle(line, [path], [Stage(12, 24, (2, 3))]) == []


def test_both_ends_are_tried_but_for_the_value_now():
    parameters = compose_line(["facilities.labour=0.1"]).parameters
    assert ends("facilities.labour", parameters) == [("facilities.labour", 0.0), ("facilities.labour", 0.3)]
    parameters = compose_line([]).parameters  # at its upper end
    assert ends("facilities.labour", parameters) == [("facilities.labour", 0.0)]


@pytest.mark.parametrize(
    "word", ["experiment=q2", "seeds=4", "out=here", "engine=serial", "fork.month=2030-01"]
)
def test_a_setting_without_meaning_is_refused(word):
    with pytest.raises(Mistake, match="idle looks at a configuration"):
        verb.refuse([word])


def test_a_wrong_word_gets_one_sentence(capsys):
    assert answer(["idle", "canteen.fod=3"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1 and "canteen.food" in said


def test_what_is_said(monkeypatch, capsys):
    monkeypatch.setattr(verb, "idle", lambda line, paths: ["canteen.food", "needs.own_spread"])
    assert verb.main([]) == 0
    said = capsys.readouterr().out
    assert "2 of them change no byte" in said and "no proof" in said
    assert "canteen.food" in said and "1.5 to 5" in said and "food of one meal" in said
    monkeypatch.setattr(verb, "idle", lambda line, paths: [])
    assert verb.main([]) == 0 and "each changes the results" in capsys.readouterr().out


def test_a_sample_of_what_is_drawn_acts():
    line = compose_line(["experiment=baseline"])
    some = random.Random(5).sample(drawn_in(line), 12)
    assert idle(line, some, STAGES) == []


RARE = {"station.guest_visitors"}  # a canteen with guests in a village with visitors: one of hundreds


@pytest.mark.slow
@pytest.mark.parametrize(("words", "rare"), [([], set()), (["business=tourism"], RARE)])
def test_nothing_that_is_drawn_is_idle(words, rare):
    line = compose_line(["experiment=baseline", *words])
    assert set(idle(line, drawn_in(line))) <= rare

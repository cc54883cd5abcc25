"""What acts as one is drawn as one, what is off is not drawn; few dials are left in the default county."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.command.scenario import Scenario, compose_line, known
from experiments.study import draws
from experiments.study.dials import DIALS, dial_of, is_against, places
from experiments.study.plan import Task
from sim.state.parameters import Parameters
from sim.state.values import Modifier

PLAIN = Parameters()
MOST = 150  # dials of the default county
OFF = (  # a parameter that acts under what is off by default, and what switches it on
    ("trust.run_low", {"trust.run": True}),
    ("society.partner_trains", {"society.partners": 0.2}),
    ("shocks.pandemic_deaths", {"shocks.pandemic": 0.03}),
    ("tourism.spend", {"business.kind": "tourism"}),
    ("canteen.diners_per_cook", {"plan.on": False}),
    ("homes.running", {"homes.on": True}),
)


def paths(parameters: Parameters, fixed=(), moving=()) -> set[str]:
    return {declared.path for declared in draws.drawn(parameters, fixed, moving)}


def test_members_are_uncertain_parameters_each_of_one_dial():
    words = [word.removeprefix("-") for members in DIALS.values() for word in members.split()]
    assert len(words) == len(set(words)) == len(places())
    assert set(words) <= {declared.path for declared in draws.uncertain()}
    assert not set(DIALS) & set(known())
    assert all(len(members.split()) > 1 for members in DIALS.values())


def test_a_dial_stands_in_a_section_of_the_model():
    assert {name.partition(".")[0] for name in DIALS} <= {path.partition(".")[0] for path in known()}


def test_the_default_county_has_few_dials():
    assert len(draws.dials(draws.drawn(PLAIN))) <= MOST


@pytest.mark.parametrize(("path", "switched"), OFF)
def test_what_is_off_is_drawn_where_it_is_on(path, switched):
    assert path not in paths(PLAIN)
    assert path in paths(PLAIN.replace(switched))


def test_what_a_policy_may_switch_on_is_drawn():
    assert "shocks.pandemic_deaths" in paths(PLAIN, moving={"shocks.pandemic"})
    modifier = Modifier("shocks.pandemic", "set", 0.1, start=12)
    plain, moved = (Task(Scenario("a", PLAIN, modifiers=m), 0, 7, draw=3) for m in ((), (modifier,)))
    deaths = PLAIN.shocks.pandemic_deaths
    assert plain.parameters.shocks.pandemic_deaths == deaths != moved.parameters.shocks.pandemic_deaths


def test_members_with_one_range_have_one_value():
    """All nine scales are 1 (0.5 to 2), so that one quantile is one number."""
    values = draws.draw(2025, 4)
    scales = [values[path] for path, (dial, _) in places().items() if dial == "needs.scale"]
    assert len(scales) == 9 and len(set(scales)) == 1 and scales[0] != 1.0


def test_members_move_together_or_against_each_other():
    """Ranks of two members agree, whatever their ranges; a member with a minus has them mirrored."""
    drawn = [draws.draw(1, index) for index in range(40)]

    def rank(path):
        return np.argsort(np.argsort([one[path] for one in drawn]))

    assert (rank("shocks.budget_cut") == 39 - rank("shocks.cut_to")).all()
    assert (rank("participation.join") == rank("participation.join_helper")).all()
    assert is_against("shocks.cut_to") and not is_against("shocks.budget_cut")


def test_a_mirrored_member_by_hand():
    """cut_to is 0.5 (0 to 1): at quantile .875 of the dial its own is .125, so .1625 of what is thought
    possible lies below, .98417 deviations down; ten times the odds are 1.64485 deviations.
    """
    odds = 10 ** (-0.98417 / 1.64485)
    assert draws.placed(known()["shocks.cut_to"], 0.875) == pytest.approx(odds / (1 + odds), rel=1e-4)


def test_a_member_that_is_set_stays_and_the_others_move_on():
    whole, held = draws.draw(3, 2), draws.draw(3, 2, {"needs.meals_scale"})
    assert "needs.meals_scale" not in held and held["needs.cleaning_scale"] == whole["needs.cleaning_scale"]


def test_a_parameter_of_no_dial_is_its_own():
    assert dial_of("participation.quit") == "participation.quit" and not is_against("participation.quit")


def test_a_value_that_is_read_after_the_runs_is_not_drawn():
    """Full cost is worked out from the parameters as written, whatever a run was drawn with."""
    assert "economy.shadow_wage" not in {declared.path for declared in draws.uncertain()}


def test_what_the_line_sets_is_no_dial_of_its_own():
    line = compose_line(["participation.quit=0.2"])
    assert "participation.quit" not in draws.dials(draws.drawn(line.parameters, line.touched()))

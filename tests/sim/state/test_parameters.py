"""What a user may write, and the one sentence that answers a mistake."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys

import pytest

import sim
from sim.state.parameters import GRADES, SECTIONS, ParameterError, declarations, par, section
from sim.state.values import Modifier, stored

D = declarations()


def refused(changes: dict, *words: str) -> None:
    with pytest.raises(ParameterError) as caught:
        sim.Parameters().replace(changes)
    sentence = str(caught.value)
    assert "\n" not in sentence
    for word in words:
        assert word in sentence


def test_an_unknown_parameter_is_answered_with_the_nearest_spelling() -> None:
    refused(
        {"timebank.credit_per_hours": 1.0},
        "'timebank.credit_per_hours'",
        "did you mean timebank.credit_per_hour?",
    )
    refused({"county.vilages": 3}, "did you mean county.villages?")


def test_an_unknown_section_is_answered_with_the_nearest_spelling() -> None:
    with pytest.raises(ParameterError, match=r"unknown section 'fundin'; did you mean funding\?"):
        sim.Parameters.from_dict({"fundin": {}})
    with pytest.raises(ParameterError, match=r"unknown parameter 'funding.rul'; did you mean funding.rule\?"):
        sim.Parameters.from_dict({"funding": {"rul": "none"}})
    with pytest.raises(ParameterError, match="unknown section"):
        sim.Parameters(countie=None)


def test_a_section_that_is_no_table_is_refused() -> None:
    with pytest.raises(ParameterError, match="table of values"):
        sim.Parameters.from_dict({"funding": 3})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_must_be_finite(value: float) -> None:
    refused({"canteen.food": value}, "canteen.food", "finite")


@pytest.mark.parametrize("value", ["3", None, [3.0], True])
def test_a_number_is_a_number(value: object) -> None:
    refused({"canteen.food": value}, "canteen.food", "a number is wanted", "yuan/meal")


def test_a_whole_number_is_whole() -> None:
    refused({"county.villages": 2.5}, "county.villages = 2.5", "whole number")
    assert sim.Parameters().replace({"county.villages": 3.0}).county.villages == 3


@pytest.mark.parametrize("value", [1, "true", None])
def test_a_switch_is_true_or_false(value: object) -> None:
    refused({"timebank.on": value}, "timebank.on", "true or false")


def test_a_choice_is_one_of_its_words() -> None:
    refused({"funding.rule": "gap_filer"}, "allowed are fixed_shares", "did you mean gap_filler?")
    refused({"business.kind": 3}, "allowed are none")


def test_who_is_asked_for_the_rest_may_be_written_as_a_list() -> None:
    for written, read in (
        (["government", "collective", "families"], "government_collective_families"),
        (("society",), "society"),
        ([], "none"),
    ):
        assert sim.Parameters().replace({"funding.residual": written}).funding.residual == read
    refused({"funding.residual": ["collective", "goverment"]}, "funding.residual", "allowed are none")


@pytest.mark.parametrize("path", [p for p, d in D.items() if d.kind in (int, float)])
def test_every_number_has_a_range_that_holds_its_default_and_is_guarded(path: str) -> None:
    d = D[path]
    assert d.low is not None and d.high is not None and d.low <= d.default <= d.high
    width = max(d.high - d.low, 1)
    refused({path: d.kind(d.high + width)}, path, f"{d.low:g} to {d.high:g}")
    refused({path: d.kind(d.low - width)}, path, f"{d.low:g} to {d.high:g}")


def test_zero_villages_are_refused() -> None:
    refused({"county.villages": 0}, "county.villages = 0", "1 to 10000")


def test_every_declaration_is_whole() -> None:
    for d in D.values():
        assert d.unit and d.source and d.doc and d.grade in GRADES
        assert type(d.default) is d.kind
        assert "hours" not in d.unit.split("/")[1:]  # one spelling for a denominator


@pytest.mark.parametrize("name", ["mean", "size", "fill", "T"])
def test_a_parameter_named_like_an_attribute_of_arrays_is_refused_at_once(name: str) -> None:
    """Rules read values[v].name: of a record array that would be the array's own mean."""
    cls = type(
        "Test",
        (),
        {"__annotations__": {name: float}, name: par(1.0, unit="share", low=0.0, high=1.0, doc="test")},
    )
    with pytest.raises(ValueError, match=f"test_section.{name}: .* attribute of every array"):
        section("test_section")(cls)
    assert "test_section" not in SECTIONS


def test_the_four_shares_sum_to_one() -> None:
    payers = ("government", "collective", "families", "society")

    def shares(*x):
        return {f"funding.share_{k}": v for k, v in zip(payers, x, strict=True)}

    refused(shares(0.3, 0.2, 0.4, 0.2), "funding", "sum to 1.1", "must sum to 1")
    refused(shares(0.25, 0.25, 0.25, 0.2), "sum to 0.95")
    assert sim.Parameters().replace(shares(0.7, 0.1, 0.1, 0.1)).funding.share_government == 0.7


def test_shares_of_village_kinds_leave_room_for_plain_ones() -> None:
    refused({"county.share_scenic": 0.8}, "county", "must not top one")


def test_villages_too_large_for_their_serials_are_refused() -> None:
    refused(
        {"county.elders": 1500, "county.size_spread": 0.9, "county.helpers_per_elder": 2.0},
        "must not top 4,000",
    )


def test_the_end_lies_after_the_start() -> None:
    refused({"horizon.end": "2024-12"}, "horizon", "end 2024-12 is before start 2025-01")
    assert sim.Parameters().replace({"horizon.end": "2025-01"}).horizon.months == 1
    assert sim.Parameters().horizon.months == 11 * 12


@pytest.mark.parametrize(
    "text", ["2025", "2025-13", "2025-00", "25-01", "2025/01", "January", "2025-1", "20x5-01"]
)
def test_months_are_written_in_one_way(text: str) -> None:
    refused({"horizon.start": text}, "horizon", "YYYY-MM")


def test_parameters_are_immutable_and_compare_by_value() -> None:
    p = sim.Parameters()
    with pytest.raises(AttributeError):
        p.county = None
    with pytest.raises(AttributeError):
        p.county.villages = 3
    q = p.replace({"county.villages": 3})
    assert p != q and p.county.villages == 20 and q.replace({"county.villages": 20}) == p
    assert hash(q.replace({"county.villages": 20})) == hash(p)


def test_parameters_survive_a_dictionary_and_a_pickle() -> None:
    p = sim.Parameters().replace({"county.villages": 3, "funding.rule": "matching"})
    assert sim.Parameters.from_dict(p.to_dict()) == p
    assert pickle.loads(pickle.dumps(p)) == p
    assert sim.Parameters().replace(p.flat()) == p


def test_units_decide_storage() -> None:
    assert stored(D["canteen.food"], 3.25) == 325  # fen
    assert stored(D["timebank.welcome"], 2.5) == 150  # minutes
    assert stored(D["economy.inflation"], 0.015) == 0.015
    assert stored(D["county.villages"], 4) == 4
    assert stored(D["funding.rule"], "gap_filler") == 2


def test_a_modifier_on_an_unknown_value_names_the_closest() -> None:
    for path, close in (("canteen.foods", "canteen.food"), ("neds.meals_scale", "needs.meals_scale")):
        with pytest.raises(ParameterError, match=f"did you mean {close}"):
            sim.MutualAidModel(
                sim.Parameters().replace({"county.villages": 1}), modifiers=(Modifier(path, "set", 1.0),)
            )


def test_a_modifier_only_sets_scales_or_adds() -> None:
    with pytest.raises(ParameterError, match="not 'multiply'"):
        sim.MutualAidModel(sim.Parameters(), modifiers=(Modifier("canteen.food", "multiply", 2.0),))


@pytest.mark.parametrize("villages", [[], [0, 1], [1, 1], [-3]])
def test_village_numbers_are_different_and_count_from_one(villages: list[int]) -> None:
    with pytest.raises(ParameterError, match="numbers* from 1 on"):
        sim.MutualAidModel(sim.Parameters(), villages=villages)


@pytest.mark.parametrize(
    "first", ["sim.viability", "sim.start.county", "sim.parts.trust", "experiments.report.documents"]
)
def test_what_is_declared_stands_in_one_order_whatever_is_imported_first(first: str) -> None:
    """Sections, states, flows and postings: a study is known by their text, a kernel by their records."""
    said = (
        "import importlib; importlib.import_module({!r}); importlib.import_module('sim.model'); "
        "from sim.state import fields, ledger, parameters; print(list(parameters.SECTIONS), "
        "list(fields.STATES), list(fields.FLOWS), list(ledger.POSTINGS))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", said.format(name)], check=True, capture_output=True, text=True
        ).stdout
        for name in ("sim.model", first)
    }
    assert len(found) == 1

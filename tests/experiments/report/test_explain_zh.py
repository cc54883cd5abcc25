"""The account of a village in Chinese: every sentence and code has its pair, and nothing stays English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from runs import parameters

import sim
from experiments.command import explain as verb
from experiments.report import explain, explain_business, explain_plan, explain_triggers, explain_words, style
from sim.funnel import FUNNEL
from sim.parts import funding, operation, shocks, solvency, station
from sim.planning.sheet import REASONS
from sim.signposts import SIGNPOSTS
from sim.state import codes, trades
from sim.state.ledger import POSTINGS
from sim.state.triggers import Trigger
from sim.state.values import Modifier
from sim.viability import CLASSES

LATIN = re.compile(r"[A-Za-z]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FILES = [Path(verb.__file__), *sorted(Path(explain.__file__).parent.glob("explain*.py"))]


def literal(node: ast.expr) -> str:
    """What a text says besides the figures put into it; names of keys inside braces are none."""
    if isinstance(node, ast.JoinedStr):
        parts = (part.value for part in node.values if isinstance(part, ast.Constant))
        return "".join(map(str, parts))
    return re.sub(r"\{[^}]*\}", "", str(node.value)) if isinstance(node, ast.Constant) else ""


def pairs(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line, English and Chinese of every sentence of a file: arguments of `tell`, and tuples of two texts of
    which one is Chinese."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell" and len(node.args) == 2:
            yield node.lineno, literal(node.args[0]), literal(node.args[1])
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            english, chinese = map(literal, node.elts)
            if CHINESE.search(chinese):
                yield node.lineno, english, chinese


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_sentence_stands_in_both_languages(file):
    found = list(pairs(file))
    assert found or file.stem == "explain"
    for line, english, chinese in found:
        assert not LATIN.search(chinese), (line, chinese)
        assert not CHINESE.search(english), (line, english)


@pytest.mark.parametrize("file", FILES[1:], ids=lambda file: file.stem)
def test_no_sentence_is_english_only(file):
    """A text with two English words in a row stands in a pair, a docstring or a mistake."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    told = {id(text) for node in ast.walk(tree) if _is_said(node) for text in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in told:
            assert not re.search(r"[a-z]{2,},? [a-z]{2,}", literal(node)), (node.lineno, literal(node))


def _is_said(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
    if called in ("tell", "tell_all", "Mistake", "TypeVar"):
        return True
    if isinstance(node, ast.Dict):
        return any(CHINESE.search(ast.unparse(one)) for one in node.values)
    # a tuple in which each English text has its Chinese beside it, or headings, handed to `tell_all`
    return isinstance(node, ast.Tuple | ast.Assign) and (
        bool(CHINESE.search(ast.unparse(node))) or ast.unparse(node).startswith("heads = ")
    )


def test_every_code_that_can_be_told_has_its_chinese():
    """A part that adds a cause, a rule or a step is told of here."""
    wanted = {
        "STEPS": codes.STEPS,
        "CAUSES": {*station.ENDS, *solvency.CAUSES},
        "REASONS": REASONS,
        "CLASSES": CLASSES,
        "PAYERS": codes.PAYERS,
        "CREDITORS": {*codes.CREDITORS, *codes.BILLED},
        "BUSINESSES": {*trades.CHOICES, *codes.BUSINESSES},
        "KINDS": codes.VILLAGE_KINDS,
        "STRENGTHS": codes.STRENGTHS,
        "STAGES": codes.STAGES,
        "KINDS_OF_NEED": codes.KINDS,
        "SHOCKS": shocks.KINDS,
        "WAYS": operation.WAYS,
        "RULES": funding.RULES,
    }
    for table, names in wanted.items():
        assert set(getattr(explain_words, table)) == set(names), table
    assert len(explain_words.ENDS) == len(FUNNEL)
    answers = {getattr(codes, name) for name in ("NOT_ASKED", "NO_ENDOWMENT", "NOT_IN_SERVICE", "NO_LEADER")}
    answers |= {codes.NO_STAKE, codes.NOT_THIS_YEAR, codes.TAKEN}
    assert set(explain_business.ANSWERED) == answers
    assert set(explain_triggers.OPERATIONS) == {"set", "scale", "add"}


def test_every_kind_of_posting_and_signpost_has_a_chinese_label():
    with style.speaking("zh"):
        labels = [posting.label for posting in POSTINGS.values() if not posting.label.startswith("test")]
        labels += [one.label for one in SIGNPOSTS.values()]
        left = [label for label in labels if LATIN.search(style.phrase(label))]
        assert not left, left
        bills = [name for name in POSTINGS if name.startswith("cost_")]
        assert all(explain_words.bill(name, POSTINGS[name].label) for name in bills)


WORLDS = {
    "as by default": {},
    "without plans": {"plan.on": False},
    "nobody pays": {"plan.on": False, "funding.rule": "none", "families.on": False},
    "matching": {"plan.on": False, "funding.rule": "matching"},
    "a point": {"plan.on": False, "funding.rule": "provision_point", "funding.point": 1.0},
    "an envelope": {"plan.on": False, "funding.basis": "envelope"},
    "a business": {"business.kind": "portfolio", "business.start": 6, "operation.choosing": True},
}


@pytest.mark.parametrize("world", WORLDS)
def test_an_account_holds_no_latin_letter(world):
    """Every third month of three villages over two years and a half."""
    changes = {"county.villages": 3, "county.elders": 40, "county.facility_share": 1.0, "horizon.spin_up": 6}
    result = sim.MutualAidModel(parameters({**changes, **WORLDS[world]}), seed=3).run(30)
    for village in (1, 2, 3):
        for month in result.months[::3]:
            english = explain.chain(result, village, month)
            with style.speaking("zh"):
                chinese = explain.chain(result, village, month)
            assert not LATIN.search(chinese), LATIN.sub("*", chinese)[:400]
            assert not CHINESE.search(english)
            assert re.findall(r"\d{4}-\d\d", chinese) == re.findall(r"\d{4}-\d\d", english)


def test_a_measure_that_waits_is_told_with_its_chinese_names():
    trigger = Trigger("cash_months", "below", 1.0, 3)
    with style.speaking("zh"):
        said = explain_triggers._condition(trigger)
    assert said == "“现金可支撑月数”连续 3 个月低于 1"
    assert Modifier("government.ceiling", "scale", 2.0, when=trigger).op in explain_triggers.OPERATIONS


SHUT = "number,name,door,facility,volunteers,leader,association\n1,甲,shut,yes,7,no,no"


def test_a_station_told_shut_and_told_helpers_are_called_what_they_are():
    """Nobody may plan and no money comes: the station stays as it was told."""
    changes = {"given.villages": SHUT, "county.villages": 1, "county.elders": 20, "horizon.spin_up": 0}
    result = sim.MutualAidModel(parameters({**changes, "funding.rule": "none"}), seed=3).run(3)
    place = explain.find(result, 1, result.months[-1])
    assert result.funnel.classes.tolist() == [0]
    assert "told shut before the first month and has not opened again" in explain.head(place)
    assert "volunteers of all ages (7 helpers under 60 were told at the start)" in explain.chain(
        result, 1, result.months[-1]
    )
    with style.speaking("zh"):
        assert "站点在首月之前已关闭" in explain_plan.ending(place)
        assert "您的村表填写的是起始时 60 岁以下的 7 人" in explain.chain(result, 1, result.months[-1])

"""One word for one thing: every term in both languages, and labels that say it as the glossary does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from experiments.command.catalogue import ROOT
from experiments.command.scenario import known
from experiments.comparison import NULL
from experiments.dashboard import texts
from experiments.outcomes import OUTCOMES
from experiments.report import glossary, labels, style

SIGNS = re.compile("[\u4e00-\u9fff]")
TERMS = glossary.terms()


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.english)
def test_a_term_stands_in_both_languages(term):
    assert term.english and term.means.endswith(".") and not SIGNS.search(term.english + term.means)
    assert SIGNS.search(term.chinese) and SIGNS.search(term.chinese_means)
    assert term.chinese_means.endswith("。") and not re.search("[a-z]{3}", term.chinese_means)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.english)
def test_labels_say_a_term_with_its_words(term):
    for key in term.labels:
        assert style.LABELS[key] == (term.english, term.chinese), key
        assert term.chinese in texts.CHINESE.get(key, term.chinese), key
        assert term.english in texts.ENGLISH.get(key, term.english), key
    for name in term.outcomes:
        outcome = OUTCOMES[name]
        forms = (term.english, *term.forms, term.english.removesuffix("s"))
        english = outcome.label.replace("years with an open station and meals", "table-years")
        english = english.replace("cost that stayed unpaid", "unpaid").replace("that closed", "closed")
        chinese = outcome.chinese.replace("开放且供餐年数", "供餐年数").replace("未付清", "未付")
        assert any(form in english for form in forms), (name, outcome.label)
        assert term.chinese in chinese or term.chinese in chinese.replace("期末", ""), (name, outcome.chinese)


def test_no_word_stands_for_two_things():
    english = [form.lower() for term in TERMS for form in (term.english, *term.forms)]
    chinese = [term.chinese for term in TERMS]
    assert len(english) == len(set(english)) and len(chinese) == len(set(chinese))


def test_the_first_of_a_term_is_marked_with_its_meaning_and_the_text_stays():
    text = "A station closed at least once <here>; stations are viable, not unviable."
    made = str(glossary.marked(text))
    assert re.sub("<[^>]*>", "", made) == text.replace("<here>", "&lt;here&gt;")
    shown = re.findall(r'<abbr title="([^"]+)">([^<]+)</abbr>', made)
    assert [word for _, word in shown] == ["station", "closed at least once", "viable"]
    assert shown[2][0] == glossary.meaning("viable")


def test_the_longest_term_wins_in_chinese():
    with style.speaking("zh"):
        made = str(glossary.marked("新增老人年与受服务老人年"))
    assert re.findall(r">([^<]+)</abbr>", made) == ["新增老人年", "受服务老人年"]


def test_a_word_without_an_entry_is_named():
    with pytest.raises(LookupError, match="'nothing'"):
        glossary.meaning("nothing")


# Words that the glossary says otherwise: `for comparison`, `closed at least once`; 对照, 曾关闭.
SAID_OTHERWISE = re.compile(
    r"\bnull\b|\bcounterfactual\b|\bever closed\b|\bclosed once\b|对照支|空白支|零假设支|曾经关闭",
    re.IGNORECASE,
)
DOCUMENTS = (
    "README.md",
    "experiments/README.md",
    "experiments/command/topics.yaml",
    "docs/*.md",
    "docs/odd/*.md",
)
KEPT_AS_SAID = {"docs/developing.md": 1}  # code in a recipe: the field of a declaration
KEYS = {NULL}  # of stored runs; `labels.condition_label` says them


def sentences(path: Path) -> list[str]:
    """Texts of a module that may reach a reader: string literals of several words, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare
        if re.search("[ \u4e00-\u9fff(]", node.value)
    ]


def said_otherwise(texts: Iterable[str]) -> list[str]:
    """Those that hold a word for which the glossary has another."""
    return [text for text in texts if SAID_OTHERWISE.search(text) and text not in KEYS]


def test_a_word_said_otherwise_is_found(tmp_path):
    module = tmp_path / "one.py"
    module.write_text(
        '"""A null arm in a docstring is for who reads code."""\n'
        'KEY, WORD, OTHER = "null_arms", "no money (null)", "villages ever closed"\n'
        'CHINESE = f"与{KEY}对照支相比"\n'
    )
    assert said_otherwise(sentences(module)) == ["no money (null)", "villages ever closed", "对照支相比"]


@pytest.mark.parametrize("room", ["experiments", "sim"])
def test_no_text_of_the_code_says_a_thing_otherwise(room):
    """Report, figures, answer.txt, dashboard, live page, help: all of them are written from such texts."""
    modules = sorted((ROOT / room).rglob("*.py"))
    assert len(modules) > 50
    assert {path.name: bad for path in modules if (bad := said_otherwise(sentences(path)))} == {}


def test_no_file_that_planners_read_says_a_thing_otherwise():
    found = {}
    for pattern in DOCUMENTS:
        for path in ROOT.glob(pattern):
            lines = path.read_text(encoding="utf-8").splitlines()
            found[str(path.relative_to(ROOT))] = len(said_otherwise(lines))
    assert len(found) > 20 and {name: count for name, count in found.items() if count} == KEPT_AS_SAID


@pytest.mark.parametrize(("language", "said"), [("en", "for comparison"), ("zh", "对照")])
def test_the_condition_for_comparison_is_said_as_the_glossary_does(language, said):
    with style.speaking(language):
        assert labels.condition_label(NULL) == said
        assert labels.condition_label("quality.felt = 0.1") == "quality.felt = 0.1"
    (term,) = (term for term in TERMS if term.english == "for comparison")
    assert said in (term.english, term.chinese)


def test_no_kept_word_says_a_thing_otherwise():
    """Both sides of the Chinese words, options and their help, what is said of parameters."""
    with style.speaking("zh"):
        pairs = [*style.translated().items(), *style.LABELS.values()]
        names = [one for kind in style.chinese_names().values() for one in kind.values()]
    declared = [text for one in known().values() for text in (one.doc, one.source)]
    kept = [text for pair in pairs for text in pair] + names + declared
    kept += [
        text for path in (ROOT / "configs").rglob("*.yaml") for text in [path.read_text(encoding="utf-8")]
    ]
    assert len(kept) > 2_000 and said_otherwise(kept) == []
    assert said_otherwise([*texts.ENGLISH.values(), *texts.CHINESE.values()]) == []

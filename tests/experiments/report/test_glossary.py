"""One word for one thing: every term in both languages, and labels that say it as the glossary does."""

from __future__ import annotations

import re

import pytest

from experiments.dashboard import texts
from experiments.outcomes import OUTCOMES
from experiments.report import glossary, style

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


def test_planners_meet_no_null():
    assert not [text for pair in style.LABELS.values() for text in pair if "null" in text]
    assert not [text for text in texts.ENGLISH.values() if "null" in text]

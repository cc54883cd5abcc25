"""The words of the project, each for one thing in both languages: hover texts, lists, a document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup, escape

from sim.state.yaml12 import load

from .style import tell

KEPT = Path(__file__).with_name("glossary.yaml")


@dataclass(frozen=True, eq=False)
class Term:
    """A word and what it means; `labels` and `outcomes` are keys of labels that must be said with it."""

    english: str
    chinese: str
    means: str
    chinese_means: str
    forms: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The word in the language that is spoken."""
        return tell(self.english, self.chinese)

    @property
    def meaning(self) -> str:
        """What it means, likewise."""
        return tell(self.means, self.chinese_means)


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """All of them, in the order of the file."""
    return tuple(Term(**content) for content in load(KEPT.read_text(encoding="utf-8"), KEPT.name))


def listed() -> list[Term]:
    """All of them by their word in the language that is spoken."""
    return sorted(terms(), key=lambda term: term.said.lower())


def meaning(word: str) -> str:
    """What a word (its English) means, in the language that is spoken; LookupError where it has no entry."""
    found = next((term for term in terms() if term.english == word), None)
    if found is None:
        raise LookupError(f"{KEPT.name} has no term {word!r}")
    return found.meaning


@lru_cache(maxsize=2)
def _pattern(code: str) -> tuple[re.Pattern[str], dict[str, Term]]:
    """What finds any term, the longest first, and the term of each form in lower case."""
    if code == "zh":
        forms = {term.chinese: term for term in terms()}
        return re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True)))), forms
    forms = {form.lower(): term for term in terms() for form in (term.english, *term.forms)}
    longest = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])(?:{longest})(?![\w-])", re.IGNORECASE), forms


def marked(text: object) -> Markup:
    """A text for a page, the first of each term in it with its meaning as hover text."""
    pattern, forms = _pattern(tell("en", "zh"))
    seen, made, place, plain = set[str](), Markup(""), 0, str(text)
    for found in pattern.finditer(plain):
        term = forms[found[0].lower()]
        if term.english in seen:
            continue
        seen.add(term.english)
        made += escape(plain[place : found.start()])
        made += Markup('<abbr title="{}">{}</abbr>').format(term.meaning, found[0])
        place = found.end()
    return made + escape(plain[place:])


def hint(text: str, code: str) -> str:
    """What the terms in a text mean, in a language: a help text for a label; else nothing."""
    pattern, forms = _pattern(code)
    found = dict.fromkeys(forms[word.lower()] for word in pattern.findall(text))
    if code == "zh":
        return " ".join(f"{term.chinese}：{term.chinese_means}" for term in found)
    return " ".join(f"{term.english.capitalize()}: {term.means}" for term in found)


def document() -> str:
    """The table of docs/glossary.md, in both languages."""
    lines = [
        f"| {term.english} | {term.chinese} | {term.means} | {term.chinese_means} |"
        for term in sorted(terms(), key=lambda term: term.english.lower())
    ]
    return "\n".join(["| word | 用语 | what it means | 含义 |", "| --- | --- | --- | --- |", *lines])

"""What the dashboard says, in English and Chinese.

Chinese names of sections, parameters and units stand in parameters_zh.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.state.parameters import GRADES, Declaration

from ..report import style
from . import texts, texts_compare, texts_decide, texts_first, texts_run, texts_villages, texts_why
from .texts import CHINESE, ENGLISH

LABELS = texts.LABELS | texts_run.LABELS
SAID = {
    key: said
    for part in (texts, texts_first, texts_run, texts_compare, texts_villages, texts_why, texts_decide)
    for key, said in part.SAID.items()
}
LANGUAGES = {"en": "English", "zh": "中文"}
GRADES_ZH = {"A": "官方或同行评审", "B": "报道", "C": "推算", "D": "假设"}
HELP = {
    "en": (
        "{doc}. Unit: {unit}. Allowed: {allowed}. Source: {source} (grade {grade}: {meaning}). Name: {path}"
    ),
    "zh": (
        "{name}。单位：{unit}。允许：{allowed}。来源等级 {grade}：{meaning}。英文说明：{doc}。来源："
        "{source}。名称：{path}"
    ),
}


def said(key: str, language: str, **values: object) -> str:
    """A sentence of the page."""
    return SAID[key][language == "zh"].format(**values)


def word(key: str, language: str) -> str:
    """A key such as an option, class or payer as a word for readers."""
    if language == "zh":
        return CHINESE.get(key) or style.translated().get(key) or style.LABELS.get(key, (key, key))[1]
    return ENGLISH.get(key, style.words(key))


def listed(texts: Sequence[str], language: str) -> str:
    """Several as one text."""
    return ("；" if language == "zh" else "; ").join(texts)


def section(name: str, language: str) -> str:
    """A part of the model."""
    return style.chinese_names()["sections"].get(name, name) if language == "zh" else style.words(name)


def named(declared: Declaration, language: str) -> str:
    """A parameter's short name without its unit; one that has none yet shows its English description."""
    return (
        style.chinese_names()["parameters"].get(declared.path, declared.doc)
        if language == "zh"
        else LABELS.get(declared.path, declared.doc)
    )


def unit(declared: Declaration, language: str) -> str:
    """A parameter's unit."""
    return (
        style.chinese_names()["units"].get(declared.unit, declared.unit)
        if language == "zh"
        else declared.unit
    )


def label(declared: Declaration, language: str) -> str:
    """A parameter's short name with its unit."""
    if declared.unit in ("switch", "choice") or declared.path.startswith("funding.share"):
        return named(declared, language)
    if language != "zh":
        return f"{named(declared, language)} ({declared.unit})"
    name = named(declared, language)
    return (
        f"{name[:-1]}，{unit(declared, language)}）"
        if name.endswith("）")
        else f"{name}（{unit(declared, language)}）"
    )


def helped(declared: Declaration, language: str) -> str:
    """Unit, range, source and grade of a parameter; description and source stay as written."""
    apart, any_ = (
        ("、", "开、关" if declared.kind is bool else "文字")
        if language == "zh"
        else (", ", "on, off" if declared.kind is bool else "text")
    )
    allowed = (
        f"{declared.low:g} – {declared.high:g}"
        if declared.low is not None and declared.high is not None
        else apart.join(word(choice, language) for choice in declared.choices) or any_
    )
    meaning = (GRADES_ZH if language == "zh" else GRADES)[declared.grade]
    text = HELP[language].format(
        name=named(declared, language),
        doc=declared.doc,
        unit=unit(declared, language),
        allowed=allowed,
        source=declared.source,
        grade=declared.grade,
        meaning=meaning,
        path=declared.path,
    )
    return text.replace("$", "\\$").replace("~", "\\~")


def escaped(text: str) -> str:
    """A text of a user for a page that reads Markdown: every sign stands for itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)

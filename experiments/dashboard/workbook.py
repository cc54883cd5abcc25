"""A scenario's results as files that a spreadsheet opens, in words, yuan and hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..command.scenario import known
from ..report import reading, style
from ..report.cells import neutral_frame
from ..report.reading_files import csv_text, workbook
from ..report.style import tell, words
from . import state
from .measures import answer_of
from .report import one_voice
from .state import Draft, DraftResult
from .words import named, said


def villages(result: DraftResult) -> pd.DataFrame:
    """Villages of every run, in the language that is spoken."""
    given = dict.fromkeys(map(str, result.rows["scenario"].unique()), result.parameters)
    return reading.table(result.rows, given, reading.in_order(result.rows))


def villages_csv(result: DraftResult, language: str) -> str:
    """The same as a file, with the mark by which a Chinese spreadsheet knows UTF-8."""
    with one_voice, style.speaking(language):
        return csv_text(villages(result))


def excel(result: DraftResult, draft: Draft, language: str = "en") -> bytes:
    """A workbook: the figures, classes by year, money, villages of every run, what was set."""
    figures = [
        (said(f"m_{name}", language), one.mean, one.low, one.high, one.n)
        for name, one in answer_of(result).figures().items()
    ]
    values = [
        (path, str(v), named(known()[path], language) if path in known() else said(path, language))
        for path, v in {**draft.settings(), **draft.values}.items()
    ]
    share = ("share", "占比")
    spread = (("mean", "均值"), ("from (95 %)", "95% 下限"), ("to (95 %)", "95% 上限"), ("seeds", "种子数"))
    with one_voice, style.speaking(language):
        classes = [(year, words(name), part) for year, name, part in _rows(state.classes(result.rows))]
        money = [(words(name), part) for name, part in _rows(state.money(result.rows))]
        sheets = {
            tell("figures", "指标"): _sheet(figures, ("figure", "指标"), *spread),
            tell("classes", "类别"): _sheet(classes, ("year", "年份"), ("class", "类别"), share),
            tell("money", "资金"): _sheet(money, ("source", "来源"), share),
            tell("villages", "村庄"): villages(result),
            tell("set", "设定"): _sheet(values, ("path", "参数"), ("value", "取值"), ("name", "名称")),
        }
        return workbook({name: neutral_frame(sheet) for name, sheet in sheets.items()})


def _rows(frame: pd.DataFrame) -> Any:
    return frame.itertuples(index=False, name=None)


def _sheet(rows: Sequence[tuple[Any, ...]], *heads: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[tell(*head) for head in heads])

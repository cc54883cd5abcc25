"""What may stand in a cell of a table of villages, in Chinese: the model says it in English."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sim.start.village_table import WORDS, Fault

from .style import LABELS, translated

HINT = re.compile(r"; did you mean (.+)\?$")
RANGE = re.compile(r"(\S+) to (\S+) (\D.*)")  # what follows is a unit
UNITS: Mapping[str, str] = {
    "km": "公里",
    "yuan": "元",
    "yuan a year of the collective": "元，村集体一年的收入",
    "whole number of persons": "整数，人",
    "whole number of residents of all ages": "整数，全部居民人数",
    "whole number of helpers under 60": "整数，60 岁以下互助员人数",
    "whole number of open days a week": "整数，每周开放天数",
}
SENTENCES = (  # as the model says it, in Chinese
    (re.compile(r"(\d+) to (\d+), each once"), r"\1 至 \2，各一次"),
    (re.compile(r"at most (\d+)"), r"至多 \1 个字符"),
    (re.compile(r"(\d+) cells, as in the header"), r"\1 个单元格，与表头相同"),
    (re.compile(r"a table of small cells"), "单元格不大的表格"),
    (re.compile(r"a header and at least one village"), "一行表头和至少一个村"),
    (re.compile(r"a column called number"), "一列“编号”（number）"),
    (re.compile(r"each of (.+) once"), r"每列至多一次：\1"),
    (re.compile(r"one column that is (.+); '(.*)' is too"), r"只能有一列 \1；“\2”也是"),
    (re.compile(r"a month written YYYY-MM, such as (.+)"), r"年月，写作 \1"),
    (re.compile(r"degrees, such as (.+)"), r"度数，如 \1"),
)
OWN = {"no": "否", "yes": "是", "none": "无", "shut": "关闭", "open": "开放"}  # words of the table alone


def in_chinese(fault: Fault) -> Fault:
    """The fault with `allowed` in Chinese; what has no pair stays English."""
    hint = HINT.search(fault.allowed)
    plain = fault.allowed[: hint.start()] if hint else fault.allowed
    return fault._replace(allowed=_allowed(plain) + (f"；是否为 {hint[1]}？" if hint else ""))


def _allowed(text: str) -> str:
    words = text.split(", ")
    if tuple(words) in {tuple(one) for one in WORDS.values()}:
        return "、".join(f"{_word(word)}（{word}）" for word in words)
    within = RANGE.fullmatch(text)
    if within and within[3] in UNITS:
        return f"{within[1]} 至 {within[2]}（{UNITS[within[3]]}）"
    for sentence, chinese in SENTENCES:
        if found := sentence.fullmatch(text):
            return found.expand(chinese)
    return text


def _word(word: str) -> str:
    return OWN.get(word) or (LABELS[word][1] if word in LABELS else translated().get(word, word))

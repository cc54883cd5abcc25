"""The rules that `mutations.py` breaks by hand stand where it looks for them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

BY_HAND = runpy.run_path(str(Path(__file__).with_name("mutations.py")), run_name="by hand")
BROKEN: dict[str, tuple[str, str, str]] = BY_HAND["BROKEN"]


@pytest.mark.parametrize("name", BROKEN)
def test_the_rule_stands_once_and_differs_when_broken(name: str) -> None:
    file, whole, broken = BROKEN[name]
    assert (BY_HAND["ROOT"] / file).read_text(encoding="utf-8").count(whole) == 1 and whole != broken

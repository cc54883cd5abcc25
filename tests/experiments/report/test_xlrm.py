"""The table of uncertainties, levers, relations and measures holds what is declared."""

from __future__ import annotations

import pytest

import run
from experiments.command.settings import options
from experiments.outcomes import ONLY_AGAINST_BASELINE, OUTCOMES
from experiments.report import documents, xlrm
from experiments.study import draws
from sim.schedule import MONTH


def firsts(block: str) -> list[str]:
    """The first cell of each row."""
    lines = [line for line in block.splitlines() if line.startswith("| `")]
    return [line.split("|")[1].strip().strip("`") for line in lines]


def test_every_row_is_there_once():
    assert firsts(xlrm.uncertainties()) == [one.path for one in draws.uncertain()]
    assert firsts(xlrm.relations()) == list(
        dict.fromkeys(row.run.__module__.replace(".", "/") + ".py" for row in MONTH)
    )
    assert firsts(xlrm.measures()) == [name for name in OUTCOMES if name not in ONLY_AGAINST_BASELINE]
    levers = firsts(xlrm.levers())
    assert len(levers) == len(set(levers))
    assert {f"policy={name}" for name in options()["policy"]} | {"funding", "business", "service"} <= set(
        levers
    )


def test_nothing_is_a_lever_and_uncertain():
    assert not set(firsts(xlrm.levers())) & set(firsts(xlrm.uncertainties()))


def test_the_verb_prints_what_stands_in_the_page(capsys):
    assert run.main(["xlrm"]) == 0
    printed = capsys.readouterr().out
    for text in documents.found("docs/xlrm.md").values():
        assert text.strip() in printed


@pytest.mark.parametrize("block", ["xlrm_uncertainties", "xlrm_levers", "xlrm_relations", "xlrm_measures"])
def test_a_stale_block_is_named(monkeypatch, block):
    file, make = documents.BLOCKS[block]
    monkeypatch.setitem(documents.BLOCKS, block, (file, lambda: make() + "\n| one more |"))
    assert block in documents.stale()

"""Every block of docs/mesa.md runs, after the first one, as it stands there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from experiments.command.sweep import gathered
from experiments.report.documents import ROOT

PAGE = (ROOT / "docs/mesa.md").read_text(encoding="utf-8")
BLOCKS = re.compile(r"(?:<!-- needs: (\w+) -->\n)?```python\n(.*?)```", re.DOTALL).findall(PAGE)
FIRST = BLOCKS[0][1]


def run(code: str) -> dict[str, Any]:
    """The names that the first block and this one leave behind."""
    names: dict[str, Any] = {"__name__": "a_page"}
    for text in (FIRST, code):
        exec(compile(text, "docs/mesa.md", "exec"), names)
    return names


def test_each_thing_that_mesa_users_know_has_a_block() -> None:
    shown = " ".join(code for _, code in BLOCKS)
    for word in (
        "agents_by_type",
        "select",
        "groupby",
        "mesa.DataCollector",
        "mesa.batch_run",
        "SolaraViz",
    ):
        assert word in shown, word


@pytest.mark.parametrize(("needs", "code"), BLOCKS[:-1], ids=lambda text: text.strip().splitlines()[:1])
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_block_runs(needs: str, code: str) -> None:
    run(code)


def test_the_same_seed_again_gives_the_same_bytes_and_a_list_of_seeds_does_not() -> None:
    """What the page says of `iterations`."""
    (code,) = [text for _, text in BLOCKS if "batch_run" in text]
    names = run(code)
    rows = names["mesa"].batch_run(
        names["Counted"], {"seed": [1]}, iterations=2, display_progress=False, data_collection_period=1
    )
    (first, second) = ([row["volunteers"] for row in rows if row["iteration"] == place] for place in (0, 1))
    assert first == second and len(first) == 6  # January to June
    assert names["Counted"](seed=1).seed_number != names["Counted"](seed=2).seed_number


def test_the_page_of_solara_draws() -> None:
    (needs, code) = BLOCKS[-1]
    assert needs == "solara"
    solara = pytest.importorskip(needs)
    names = run(code)
    box, context = solara.render(names["Page"](), handle_error=False)
    assert len(box.children) > 0
    context.close()


def test_the_command_is_read() -> None:
    (line,) = re.findall(r"```sh\npython run.py -m (.*?)\n```", PAGE)
    assert gathered(line.split())

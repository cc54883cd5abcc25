"""The same bytes for a rerun, any capacity, order, split of the county, processor type, and without the
compiler.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs import CARE, EVERYTHING, SHORT_LEADS, county_bytes, differences, digest, large, small

import sim

HERE, PACKAGE = Path(__file__).parents[1], Path(sim.__file__).parent
BUSY = {
    "business.kind": "portfolio",
    "business.start": 0,
    "funding.rule": "gap_filler",
    "participation.stipend": 1.0,
    **SHORT_LEADS,
}
APART = {**BUSY, "county.couplings": False}
BRIEF = """
import sys; sys.path.insert(0, {tests!r})
from runs import digest, small
model = small({changes!r}, villages=2, seed=3)
model.run(3)
print(digest(model))
"""
BRIEF_CHANGES = {
    **BUSY,
    **CARE,
    "clearing.scope": "county",
    "county.elders": 40,
    "horizon.start": "2024-12",
    "horizon.spin_up": 1,
    "points.month": 2,
}  # December to February
EVERY_CHANGES = {**BRIEF_CHANGES, **EVERYTHING, "county.facility_share": 0.4}


def run(changes: dict[str, Any], months: int = 18, **more: Any) -> sim.MutualAidModel:
    model = small(changes, **{"villages": 3, "seed": 3, **more})
    model.run(months)
    return model


def elsewhere(folder: Path, code: str, **environment: str) -> str:
    """Last line that a fresh Python prints, with the package found in `folder`."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "PYTEST_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "PYTHONPATH": str(folder), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.split()[-1]


def brief(**environment: str) -> str:
    return elsewhere(PACKAGE.parent, BRIEF.format(tests=str(HERE), changes=BRIEF_CHANGES), **environment)


@pytest.fixture(scope="module")
def apart() -> dict[int, dict[str, bytes]]:
    return county_bytes(run(APART))


def test_a_rerun() -> None:
    assert digest(run(BUSY)) == digest(run(BUSY))


@pytest.mark.parametrize("capacity", [1.0, 1.2, 3.0])
def test_start_capacities(capacity: float) -> None:
    assert differences(county_bytes(run(BUSY)), county_bytes(run(BUSY, capacity=capacity))) == []


def test_a_block_that_is_full_is_moved_without_a_trace() -> None:
    """Every village outgrows its block within ten years."""
    tight, wide = (run(APART, 120, villages=2, capacity=c) for c in (1.0, 3.0))
    assert np.diff(tight.world.start).max() < np.diff(wide.world.start).max()
    assert (tight.world.start != small(APART, villages=2, seed=3, capacity=1.0).world.start).any()
    assert differences(county_bytes(tight), county_bytes(wide)) == []


@pytest.mark.parametrize("numbers", [[3, 1, 2], [2, 3, 1]])
def test_permuted_villages_that_do_not_meet(numbers: list[int], apart: dict) -> None:
    assert differences(apart, county_bytes(run(APART, numbers=numbers))) == []


@pytest.mark.parametrize("envelope", [30_000.0, 800.0], ids=["ample", "binding"])
@pytest.mark.parametrize("rule", ["gap_filler", "matching"])
def test_permuted_villages_that_meet(envelope: float, rule: str) -> None:
    met = {
        **BUSY,
        "funding.rule": rule,
        "government.operating_envelope": envelope,
        "facilities.openings": 0.6,
    }
    first, second = (run(met, 36, villages=6, numbers=n) for n in ([1, 2, 3, 4, 5, 6], [5, 3, 6, 1, 4, 2]))
    assert differences(county_bytes(first), county_bytes(second)) == []


def test_permuted_villages_that_share_centres_and_a_platform() -> None:
    met = {**CARE, "county.townships": 2, "referral.hours": 2.0, "government.on": False, "society.on": False}
    first, second = (run(met, 24, villages=6, numbers=n) for n in ([1, 2, 3, 4, 5, 6], [5, 3, 6, 1, 4, 2]))
    assert first.series.flow["platform_got"].any() and first.series.flow["referral_minutes"].any()
    assert differences(county_bytes(first), county_bytes(second)) == []


def test_permuted_villages_that_meet_in_every_way() -> None:
    """Roll-out, pilots, homes and grants go by readiness and number, never by place in the list."""
    met = {**BUSY, **EVERYTHING, "county.facility_share": 0.3, "government.construction_envelope": 20_000.0}
    first, second = (run(met, 30, villages=6, numbers=n) for n in ([1, 2, 3, 4, 5, 6], [5, 3, 6, 1, 4, 2]))
    assert differences(county_bytes(first), county_bytes(second)) == []


def test_a_split_county(apart: dict) -> None:
    halves = county_bytes(run(APART, numbers=[1, 2])) | county_bytes(run(APART, numbers=[3]))
    assert differences(apart, halves) == []


@pytest.mark.parametrize("form", ["pairs", "teams"])
def test_forms_of_help_in_any_capacity_order_and_split(form: str) -> None:
    changes = {**APART, "matching.form": form, "visits.rota": 0.5}
    first = county_bytes(run(changes))
    others = [run(changes, capacity=3.0), run(changes, numbers=[3, 1, 2])]
    halves = county_bytes(run(changes, numbers=[1, 2])) | county_bytes(run(changes, numbers=[3]))
    assert [differences(first, x) for x in (*map(county_bytes, others), halves)] == [[], [], []]


def test_a_large_village_beside_small_ones_changes_no_scratch() -> None:
    """Scratch is as long as the longest block; a village never sees it."""
    one = large({"county.couplings": False}, villages=1)
    two = large({"county.couplings": False}, villages=2)
    for model in (one, two):
        model.run(3)
    assert differences(county_bytes(one)[1], county_bytes(two)[1]) == []


@pytest.mark.parametrize(
    "changes",
    [BRIEF_CHANGES, EVERY_CHANGES, {**BRIEF_CHANGES, "matching.form": "teams"}],
    ids=["busy", "every mechanism", "teams"],
)
def test_without_the_compiler(changes: dict) -> None:
    plain = elsewhere(PACKAGE.parent, BRIEF.format(tests=str(HERE), changes=changes), NUMBA_DISABLE_JIT="1")
    assert plain == digest(run(changes, 3, villages=2))


@pytest.mark.slow
def test_in_a_fresh_process() -> None:
    assert brief() == digest(run(BRIEF_CHANGES, 3, villages=2))


@pytest.mark.slow
def test_on_a_generic_processor(tmp_path: Path) -> None:
    assert brief(NUMBA_CPU_NAME="generic", NUMBA_CACHE_DIR=str(tmp_path)) == digest(
        run(BRIEF_CHANGES, 3, villages=2)
    )


@pytest.mark.slow
def test_a_changed_shared_file_is_seen_through_the_compile_cache(tmp_path: Path, closed: Path) -> None:
    """A cached kernel does not notice that a function of another file changed.

    The cache folder's name does.
    """
    copy = tmp_path / "sim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import sim, numba\nfrom sim.parts.collective import NEWS, next_news\nfrom sim.engine.randomness "
        "import key_of\n"
        f"assert sim.__file__.startswith({str(tmp_path)!r}), sim.__file__\nprint(repr(next_news(0.0, "
        f"0.5, 0.2, key_of(1, NEWS, 0), 1)))"
    )
    cache = {"XDG_CACHE_HOME": str(closed)}
    before = float(elsewhere(tmp_path, code, **cache))
    again = float(elsewhere(tmp_path, code, **cache))
    shared = copy / "engine" / "randomness.py"
    text = shared.read_text(encoding="utf-8")
    assert "total = -6.0" in text
    shared.write_text(text.replace("total = -6.0", "total = -5.0"), encoding="utf-8")
    after = float(elsewhere(tmp_path, code, **cache))
    assert before == again
    assert after == pytest.approx(before + 0.2, abs=1e-12)  # volatility times the one added
    assert len(list((closed / "mutual-aid-sim").iterdir())) == 2

"""Every byte of every record is what it was when the digests were stored.

A change says so in CHANGELOG and refreshes them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from digests import SEEDS, SHORT_MONTHS, VARIANTS, cases, digest, load, moved, name_of, records, run_of  # noqa: E402

SHORT_RUN = """
import json, sys
sys.path.insert(0, {here!r})
from digests import digest, load, run_of  # noqa: E402
print(json.dumps(digest(run_of("plain", {variant!r}, {seed}, {months}), load()["names"])))
"""


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    return load()


@pytest.mark.parametrize("world, variant, seed", list(cases()), ids=lambda x: str(x))
def test_a_run_to_the_horizon_has_its_stored_bytes(
    world: str, variant: str, seed: int, stored: dict[str, Any]
) -> None:
    found = digest(run_of(world, variant, seed), stored["names"])
    said = moved(stored["runs"][name_of(world, variant, seed)], found, stored["names"])
    assert not said, f"{name_of(world, variant, seed)} (model {stored['model']}): {said}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment", [{"NUMBA_DISABLE_JIT": "1"}, {"NUMBA_CPU_NAME": "generic"}], ids=["no compiler", "generic"]
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_six_months_have_their_stored_bytes_elsewhere(
    variant: str, environment: dict[str, str], stored: dict[str, Any], tmp_path: Path
) -> None:
    import json

    clean = {k: x for k, x in os.environ.items() if not k.startswith(("NUMBA_", "PYTEST_"))}
    code = SHORT_RUN.format(here=str(HERE), variant=variant, seed=SEEDS[0], months=SHORT_MONTHS)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, **environment, "NUMBA_CACHE_DIR": str(tmp_path)},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    said = moved(stored["short"][variant], json.loads(done.stdout.splitlines()[-1]), stored["names"])
    assert not said, f"plain, {variant}, {SHORT_MONTHS} months: {said}"


def test_a_miss_names_the_first_month_and_column(stored: dict[str, Any]) -> None:
    """One figure of one village of one month is raised by one: that month and that column are named."""
    model = run_of("plain", "default", SEEDS[0], SHORT_MONTHS)
    before = digest(model, stored["names"])
    name = next(n for n in stored["names"] if n.startswith("flow ") and records(model)[n].any())
    month = 2
    changed = records(model)[name]
    changed[month, 0] += np.ones_like(changed[month, 0])
    said = moved(before, digest(model, stored["names"]), stored["names"])
    assert said == f"1 of {len(stored['names'])} columns moved from month {month} on, first: {name}"

"""Break rules of the village one by one, in a copy of the project, and say which test finds each.

By hand, a quarter of an hour: `python tests/sim/village/mutations.py [name ...]`. Exit code 1 where a broken
rule is found by no test.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
TESTS = ("tests/sim/village",)
# name -> file, the rule as it stands, the rule broken
BROKEN = {
    "rota check": (
        "sim/planning/books.py",
        "return unpaid and sheet[KITCHEN] > sheet[HANDS]",
        "return unpaid and sheet[KITCHEN] < 0.0",
    ),
    "price cap": ("sim/planning/levers.py", "MOST_RISE = 0.2", "MOST_RISE = 0.9"),
    "leader gate": (
        "sim/parts/plan.py",
        "    return village.leader == 1 or village.association == 1\n",
        "    return village.leader >= 0 or village.association == 1\n",
    ),
    "credit limit": (
        "sim/parts/credit.py",
        "village.cash_only = 1 if tired or month < village.no_credit_until else 0",
        "village.cash_only = 0",
    ),
    "capital purse": (
        "sim/parts/facilities.py",
        "own = min(max(village.capital_left, 0), cost - grant - extra)",
        "own = cost - grant - extra",
    ),
    "residual ceiling": (
        "sim/planning/books.py",
        "most = village.income * values.collective[v].residual_cap / 12.0",
        "most = village.income * 1.0",
    ),
    "instalment cap": (
        "sim/parts/credit.py",
        "due = min(due, most) if serving else due",
        "due = village.debt[creditor] if serving else due",
    ),
    "fewest users": (
        "sim/planning/books.py",
        "        return sheet[USERS] < least\n",
        "        return sheet[USERS] < 0.0\n",
    ),
    "lateness": (
        "sim/parts/government.py",
        "world.villages[v].number, 0) < government.late",
        "world.villages[v].number, 0) < 0.0",
    ),
    "help at reopening": (
        "sim/parts/station.py",
        "    village.launched = month\n",
        "    village.launched = month if village.closures == 0 else month - 2 * YEAR\n",
    ),
    "gap by records": (
        "sim/planning/books.py",
        "return UP * (sheet[COST] + sheet[DEBT]) / 12.0 - expected",
        "return -expected",
    ),
    "two days carried": (
        "sim/planning/books.py",
        "return came >= costs_two_days(world, v, values)",
        "return came < 0",
    ),
    "prices of a new start": (
        "sim/parts/station.py",
        "village.priced, village.pull_felt = 0, -1.0",
        "village.pull_felt = -1.0",
    ),
    "no table, no diners": (
        "sim/parts/plan_books.py",
        "if is_cooked(village) and not for_lack_of_cash:",
        "if village.meals_a_day > 0 and village.door > 0:",
    ),
    "cook unpaid": (
        "sim/parts/station_staff.py",
        "    if village.has_cook == 1 and unpaid:",
        "    if village.has_cook == 1 and unpaid and village.number < 0:",
    ),
}


def copied(folder: str) -> Path:
    """A copy of what the project tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    copy = Path(folder) / "copy"
    for name in listed:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    return copy


def failing(copy: Path) -> list[str]:
    """Tests that fail in the copy."""
    place = {**os.environ, "PYTHONPATH": str(copy), "XDG_CACHE_HOME": str(copy.parent)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", *TESTS]
    done = subprocess.run(command, cwd=copy, env=place, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout[-2000:]  # the tests ran
    return re.findall(r"^(?:FAILED|ERROR) \S*::(\S+)", done.stdout, re.MULTILINE)


def main(names: list[str]) -> int:
    """Which test finds each broken rule; one that none finds is an error."""
    unseen = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(folder)
        for name in names or BROKEN:
            file, right, wrong = BROKEN[name]
            text = (copy / file).read_text(encoding="utf-8")
            assert right in text, f"{name}: {file} no longer holds {right!r}"
            (copy / file).write_text(text.replace(right, wrong), encoding="utf-8")
            found = failing(copy)
            (copy / file).write_text(text, encoding="utf-8")
            unseen += not found
            print(f"{name}: {', '.join(found) or 'found by no test'}", flush=True)
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

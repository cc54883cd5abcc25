"""Summaries of every experiment at size=quick, kept beside this file, against those of the code as it is now.

python tests/invariants/compare_summaries.py compare            all, a line each; exit code 1 on a miss
python tests/invariants/compare_summaries.py compare q1 fork    some
python tests/invariants/compare_summaries.py record fork        keep what the code gives now
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from kept_tables import added, misses, rows_of, study_of, table_of

KEPT = Path(__file__).parent / "summaries"
RENAMED: dict[str, str] = {}  # column as stored -> its name now
QUICK = (  # the later questions have tiny studies alone (studies.py)
    "first_answer", "ablation", "policies", "null_arms", "q1", "q2", "q4", "q6", "q7", "q9", "q12", "q13",
    "funding_mix", "business", "targets", "stress", "patterns",
)  # fmt: skip
METHODS = ("morris", "sobol", "pawn", "delta")
COMMANDS: dict[str, list[str]] = {  # name of the file -> what is run
    "smoke": ["experiment=smoke"],
    "baseline": ["experiment=baseline"],
    "fork": ["experiment=fork"],
    **{name: [f"experiment={name}", "size=quick"] for name in QUICK},
    **{f"sensitivity_{x}": ["experiment=sensitivity", "size=quick", f"method={x}"] for x in METHODS},
}


def made(name: str) -> str:
    """The table that the code gives now."""
    with tempfile.TemporaryDirectory() as folder:
        return table_of(study_of([*COMMANDS[name], "workers=2"], Path(folder)))


def record(name: str) -> str:
    """Keep a table; what is to be said."""
    text = made(name)
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{name}.csv").write_text(text, encoding="utf-8")
    return f"{len(rows_of(text))} rows kept"


def compare(name: str) -> str:
    """Hold a table against the one that was kept; `same`, or the first cell that differs."""
    path = KEPT / f"{name}.csv"
    if not path.exists():
        return "no table is kept: record it first"
    before, now = rows_of(path.read_text(encoding="utf-8")), rows_of(made(name))
    new = added(before, now, RENAMED)
    more = f" (new columns: {', '.join(new)})" if new else ""
    return next(misses(before, now, RENAMED), "same") + more


def main(words: list[str]) -> int:
    """Exit code: 0 all the same, 1 a miss, 2 the words were not understood."""
    verbs = {"record": record, "compare": compare}
    verb, names = (words[0], words[1:]) if words else ("", [])
    unknown = sorted(set(names) - set(COMMANDS))
    if verb not in verbs or unknown:
        print(f"{__doc__}\nnames: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    missed = 0
    for name in names or COMMANDS:
        began = time.monotonic()
        said = verbs[verb](name)
        missed += verb == "compare" and not said.startswith("same")
        print(f"{name:20} {said}, {time.monotonic() - began:.0f} s", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

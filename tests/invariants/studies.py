"""Tiny studies of every experiment: what their runs hold and what was found, frozen in studies.yaml."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from kept_tables import ROOT, rounded, study_of, table_of

from experiments.study.store import Results

KEPT = Path(__file__).with_name("studies.yaml")  # in the order of COMMANDS
REFRESH = "python tests/invariants/refresh_studies.py"
SHORT = 8  # hexadecimal digits of a run's hashes
NUMBERED = "no value moved, but its number (digest of the scenario, root, draw) or the type of a column"
WHOLE = {"results": "hash of all runs", "summary": "summary.csv", "findings": "findings.json"}
SPAN = ["horizon.end=2027-12", "horizon.spin_up=3"]
SOME = ["county.villages=4", "county.elders=20", *SPAN]
ALL_KINDS = ["county.elders=12", *SPAN]  # twelve villages: every kind and strength is compared
FEW = ["size=quick", "county.villages=2", "county.elders=12", *SPAN]
MEASURED = ["experiment=sensitivity", "replicates=1", *FEW]
ARMS = ("ablation", "policies", "null_arms")
ASKED = (
    "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10", "q11", "q12", "q13", "q14", "q15", "q16",
    "q17", "q18", "q19", "q20", "q21", "funding_mix", "business", "targets", "stress",
)  # fmt: skip
DRAWN = "draws=prior"  # of the parameters as declared: a new calibration moves nothing here
COMMANDS: dict[str, list[str]] = {  # name -> the words that make the study
    "smoke": ["experiment=smoke", "county.elders=20", "horizon.spin_up=3"],
    "baseline": ["experiment=baseline", "seeds=3", "draws=none", *SOME],
    "fork": ["experiment=fork", "seeds=2", "fork.month=2026-07", DRAWN, *SOME],
    "first_answer": [
        "rows=[jiangxi,four_payers,no_money]",
        "columns=[none,tourism]",
        "seeds=2",
        DRAWN,
        *SOME,
    ],
    **{name: [f"experiment={name}", "seeds=2", DRAWN, *FEW] for name in ARMS},
    **{name: [f"experiment={name}", "size=quick", "seeds=2", DRAWN, *ALL_KINDS] for name in ASKED},
    "sensitivity_morris": [*MEASURED, "method=morris", "samples=2"],
    "sensitivity_sobol": [*MEASURED, "method=sobol", "samples=4", "inputs=[needs,health,government,plan]"],
    "sensitivity_pawn": [*MEASURED, "method=pawn", "samples=8", "inputs=[needs,participation]"],
    "sensitivity_delta": [*MEASURED, "method=delta", "samples=128", "inputs=[canteen.food,canteen.fuel]"],
    "compare": [
        "experiment=compare",
        "sweep=['funding=jiangxi,feixiang','business=none,tourism']",
        "seeds=2",
        DRAWN,
        *SOME,
    ],
    "what_it_takes": [
        "experiment=what_it_takes",
        "size=quick",
        "rows=[jiangxi]",
        "seeds=4",
        "budget=1000000",
        DRAWN,
        *ALL_KINDS,
    ],
    "voi": ["experiment=voi", "size=quick", "rows=[jiangxi]", "columns=[none]", "samples=60", DRAWN, *SOME],
    "interval": ["experiment=interval", "size=quick", DRAWN, *SOME],
    "pathways": [
        "experiment=pathways",
        "size=quick",
        "seeds=4",
        "actions=[assistance_posts,call_for_helpers]",
        DRAWN,
        *ALL_KINDS,
    ],
    "discover": ["experiment=discover", "samples=60", DRAWN, *SOME],
    "robust": ["experiment=robust", "size=quick", "rows=[jiangxi,feixiang]", "seeds=6", DRAWN, *SOME],
    "search": [
        "experiment=search",
        "size=quick",
        "levers=[money,funding.residual,families.highest_level]",
        "seeds=2",
        "samples=4",
        DRAWN,
        *SOME,
    ],
    "patterns": ["experiment=patterns", "seeds=2", DRAWN, *SOME],
    "reproduce": ["experiment=reproduce", "models=[bass]"],
}
# Delta wants 128 points at least, its intervals take most of the time; the others have most arms and stand
# for a kind of study of which smaller ones are not slow.
SLOW = ("sensitivity_delta", "stress", "q1", "q3", "q5", "q8", "q13", "q21", "business", "ablation")


def sha256(text: str) -> str:
    """Hexadecimal SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def values(found: Results) -> dict[int, str]:
    """Run -> hash of its villages and months as text, without the number of the run."""
    texts: dict[int, str] = {}
    for rows in (found.villages(), found.series()):
        if "run" in rows:  # an experiment may keep no months
            for run, mine in rows.groupby("run", sort=False):
                texts[run] = texts.get(run, "") + mine.drop(columns="run").to_csv(index=False)
    return {run: sha256(text)[:SHORT] for run, text in texts.items()}


def contents(study: Path) -> dict[str, str]:
    """Scenario, with its arm where that is not main -> `replicate=content/values` of each of its runs."""
    found = Results(study)
    if not found.wanted:  # it looks at models without keeping runs
        return {}
    held, lines = values(found), dict[str, list[str]]()
    for row in found.runs().itertuples():
        name = row.scenario if row.arm == "main" else f"{row.scenario} {row.arm}"
        lines.setdefault(name, []).append(f"{row.replicate}={row.content[:SHORT]}/{held[row.run]}")
    return {name: " ".join(parts) for name, parts in lines.items()}


def frozen(name: str, out: Path) -> dict[str, Any]:
    """What is kept of a study: hashes of all runs, of the rounded summary, of the findings, of each run."""
    study = study_of([*COMMANDS[name], "engine=serial"], out)
    return {
        "results": Results(study).manifest["sha256"]["results"],
        "summary": sha256(rounded(table_of(study))),
        "findings": sha256((study / "findings.json").read_text(encoding="utf-8")),
        "runs": contents(study),
    }


def kept() -> dict[str, dict[str, Any]]:
    """studies.yaml."""
    return dict(yaml.safe_load(KEPT.read_text(encoding="utf-8")))


def single(runs: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What names a run -> its content and its values."""
    found = {}
    for scenario, line in runs.items():
        for part in line.split():
            replicate, _, hashes = part.partition("=")
            content, _, held = hashes.partition("/")
            found[f"scenario {scenario}, replicate {replicate}"] = content, held
    return found


def moved(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """What differs between two studies of an experiment, a sentence each, runs first."""
    old, new = single(before["runs"]), single(now["runs"])
    for name, (content, held) in old.items():
        if name not in new:
            yield f"{name}: it is not run any more"
        elif new[name][1] != held:
            yield f"{name}: its values moved (stored {held}, now {new[name][1]})"
        elif new[name][0] != content:
            yield f"{name}: {NUMBERED}"
    yield from (f"{name}: it was not run" for name in new if name not in old)
    yield from (f"{what} moved" for part, what in WHOLE.items() if before[part] != now[part])


def main() -> int:
    """Run every tiny study, or those named, and write studies.yaml; exit code."""
    names = sys.argv[1:] or list(COMMANDS)
    unknown = sorted(set(names) - set(COMMANDS))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; allowed are {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    found = kept() if sys.argv[1:] else {}
    for name in names:
        began = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            found[name] = frozen(name, Path(folder))
        count = sum(len(line.split()) for line in found[name]["runs"].values())
        print(f"{name:20} {count} runs, {time.process_time() - began:.1f} s of processor time", flush=True)
    found = {name: found[name] for name in COMMANDS if name in found}
    text = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=1_000)
    KEPT.write_text(f"# What tiny studies hold; made anew by: {REFRESH}\n{text}", encoding="utf-8")
    print(f"{KEPT.relative_to(ROOT)} written", file=sys.stderr)
    return 0

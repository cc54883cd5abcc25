"""docs/architecture.md: the tree in one line each, and how two values travel through it, seen by running it.

python -m experiments.report.architecture
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/architecture.md"
TRAVELLERS = {
    "funding.share_families": "sim/planning/asking.py",
    "timebank.credit_per_hour": "sim/parts/timebank.py",
}
COMMAND = (
    "experiment=baseline county.villages=1 county.elders=200 county.facility_share=1 county.shut_share=0 "
    "horizon.spin_up=0 horizon.end=2025-05 seeds=1 engine=serial progress=false"
)
HEAD = """# Where everything lives, and what may call what

Made by `python -m experiments.report.architecture` from the code; a test fails when it is stale. Data flow
one way: YAML, typed parameters, model, tidy tables, analysis, figures and report. Imports follow it, and
`lint-imports` holds the layers. [developing.md](developing.md) shows how to change a rule, add a part, an
outcome, an experiment, a kind of agent.

## The tree
"""
TRAVEL = """
## How a value travels

Two values, followed through one run without the compiler: every function that stood on the stack when the
parameters were checked, and when a rule read the value. Each file hands on to one of a layer below, and no
file is met twice. The run:

```sh
python run.py {command}
```
"""


def first_sentence(path: Path) -> str:
    """What a file says it is."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return paragraph.split(". ")[0].rstrip(".") + "."


def tree() -> str:
    """A line a room and a line a file."""
    lines = []
    for top in ("sim", "experiments"):
        for folder in sorted(path for path in [ROOT / top, *(ROOT / top).rglob("*")] if path.is_dir()):
            files = sorted(folder.glob("*.py"))
            if not files or folder.name == "__pycache__":
                continue
            room = folder.relative_to(ROOT).as_posix()
            if (folder / "__init__.py").exists():
                lines.append(f"\n**`{room}/`** {first_sentence(folder / '__init__.py')}\n")
            lines += [
                f"- `{file.name}` {first_sentence(file)}" for file in files if file.name != "__init__.py"
            ]
    return "\n".join(lines) + "\n"


def readers(path: Path, name: str) -> list[str]:
    """Functions of a file that read a value by its name."""
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    return [
        function.name
        for function in functions
        if any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(function))
    ]


def stacks() -> dict[str, list[tuple[str, str]]]:
    """What stood on the stack, (file, function) from the door down.

    Under "checked" when a run's parameters were checked, under each traveller when a rule first read it.
    """
    wanted = {
        f"{file}:{function}": path
        for path, file in TRAVELLERS.items()
        for function in readers(ROOT / file, path.partition(".")[2])
    }
    wanted["sim/state/parameters.py:Parameters.from_dict"] = "checked"
    with tempfile.TemporaryDirectory() as folder:
        words = [*COMMAND.split(), f"out={folder}"]
        code = f"from experiments.report.architecture import watch; watch({wanted!r}, {words!r})"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
    return {
        name: [tuple(step) for step in steps]
        for name, steps in json.loads(done.stdout.splitlines()[-1]).items()
    }


def watch(wanted: dict[str, str], words: list[str]) -> None:
    """Run a command and print the stack of each wanted function as it is first called by a run."""
    names = {place.partition(":")[2] for place in wanted}  # looked at first: the profiler sees every call
    seen: dict[str, list[tuple[str, str]]] = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event != "call" or frame.f_code.co_qualname not in names:
            return
        steps = stack(frame)
        place = ":".join(steps[-1]) if steps else ""
        if place in wanted and all(function != "warm" for _, function in steps):
            seen.setdefault(wanted[place], [("run.py", "main"), *steps])
            if len(seen) == len(set(wanted.values())):
                print(json.dumps(seen), flush=True)
                os._exit(0)  # the rest of the run shows nothing more, and a watched one is slow

    door = import_module("run")
    sys.setprofile(note)
    door.main(words)
    sys.setprofile(None)
    raise SystemExit(f"never read: {set(wanted.values()) - set(seen)}")


def stack(frame: FrameType | None) -> list[tuple[str, str]]:
    """(file, function) of the project's frames, the outermost first."""
    steps = []
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and ".venv" not in path.parts and path != Path(__file__):
            steps.append((path.relative_to(ROOT).as_posix(), frame.f_code.co_qualname))
        frame = frame.f_back
    return steps[::-1]


def by_file(steps: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Neighbouring steps of one file together."""
    found: list[tuple[str, list[str]]] = []
    for file, function in steps:
        if not found or found[-1][0] != file:
            found.append((file, []))
        if function not in found[-1][1]:
            found[-1][1].append(function)
    return found


def travel(title: str, steps: list[tuple[str, str]]) -> str:
    """A numbered list: file by file, function by function."""
    lines = [
        f"{place}. `{file}`: {' -> '.join(f'`{function}`' for function in functions)}"
        for place, (file, functions) in enumerate(by_file(steps), 1)
    ]
    return f"\n### {title}\n\n" + "\n".join(lines) + "\n"


def page() -> str:
    """docs/architecture.md."""
    seen = stacks()
    parts = [HEAD, tree(), TRAVEL.format(command=COMMAND)]
    parts.append(travel("From the words of the command to a checked value", seen["checked"]))
    parts += [travel(f"`{path}`, to the rule that reads it", seen[path]) for path in TRAVELLERS]
    return "".join(parts)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()

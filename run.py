"""The command line: `python run.py [verb] key=value ...`.

    python run.py                                   the first answer: funding x business x seeds
    python run.py size=quick                        the same, one panel, 5 seeds
    python run.py experiment=baseline funding=jiangxi county.villages=50 horizon.end=2030-12 seeds=5
    python run.py experiment=baseline scenario=mine.yaml     values from a file, as the dashboard saves it
    python run.py dashboard port=8501               the planner's dashboard; `live`: the months before your eyes

Groups and their options are the folders and files of configs/; any parameter is set as section.name=value.
"""

from __future__ import annotations

import os
import sys

VERBS = ("run", "dashboard", "live")
EXPERIMENTS = {"first_answer": "first_answer", "baseline": "baseline", "smoke": "baseline", "benchmark": "benchmark", "patterns": "patterns"}


def split_verb(argv: list[str]) -> tuple[str, list[str]]:
    """The verb (run when left out) and the overrides; Mistake names the allowed verbs."""
    from experiments.scenario import Mistake
    from sim.parameters import nearest

    if argv and "=" not in argv[0] and not argv[0].startswith(("-", "+", "~")):
        if argv[0] not in VERBS:
            raise Mistake(f"unknown verb {argv[0]!r}; allowed is {', '.join(VERBS)}, then key=value{nearest(argv[0], VERBS)}")
        return argv[0], argv[1:]
    return "run", argv


def usage() -> str:
    """What can be asked for."""
    from experiments.scenario import options

    groups = "\n".join(f"  {name}={'|'.join(names)}" for name, names in options().items())
    return f"{__doc__}\n{groups}\n  seeds=N size=quick|default|full rows=[..] columns=[..] panels=[..] draws=true|false seed=N workers=N out=folder\n"


def run(words: list[str]) -> int:
    """Compose the configuration and hand it to its experiment."""
    import importlib

    from experiments.scenario import compose_line

    line = compose_line(words)
    module = importlib.import_module(f"experiments.{EXPERIMENTS[line.settings.name]}")
    if line.settings.name == "patterns":
        return int(module.main(line.settings.size))
    if line.settings.name == "benchmark":
        from experiments.store import Store

        store = Store(line.settings.out, line.settings.name, line.text, words)
        code = int(module.main(line.settings.size, store.folder))
        store.note(status="finished")
        return code
    return int(module.run(line, words))


def main(argv: list[str] | None = None) -> int:
    """Exit code: 0 done, 1 a user's mistake (one sentence on stderr), 130 ended by Ctrl-C with what was finished."""
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")
    words = list(sys.argv[1:] if argv is None else argv)
    if {"-h", "--help"} & set(words):
        print(usage())
        return 0
    import mesa  # noqa: F401, I001  # first: while it loads it looks through every module loaded before

    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from experiments.scenario import Mistake, one_line
    from sim.parameters import ParameterError
    from sim.tables import TableError

    try:
        verb, overrides = split_verb(words)
        if verb != "run":
            from experiments import serve

            getattr(serve, verb)(overrides)
        return run(overrides)
    except (Mistake, ParameterError, TableError) as e:
        said = str(e)
    except (HydraException, OmegaConfBaseException) as e:
        said = one_line(e)
    except KeyboardInterrupt:
        print("interrupted before anything was finished", file=sys.stderr)
        return 130
    print(f"error: {said}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""The command line: `python run.py [verb] key=value ...`.

    python run.py                                   the first answer: funding x business x seeds
    python run.py size=quick                        the same, one panel, 5 seeds
    python run.py experiment=baseline funding=jiangxi county.villages=50 horizon.end=2030-12 seeds=5
    python run.py status|resume|verify|export study=results/first_answer/<id>
    python run.py expand study=results/first_answer/<id> seeds=40

    python run.py experiment=baseline policy=[operating_subsidy,taper_2027]     policies, in the order written
    python run.py report study=results/first_answer/<id> pdf=true report.language=zh
    python run.py explain run=results/first_answer/<id> village=7 month=2031-04     why a village closed, or
    any month of it
    python run.py gallery                           the pictures of results/reference/
    python run.py experiment=baseline scenario=mine.yaml     values from a file, as the dashboard saves it
    python run.py dashboard port=8501               the planner's dashboard; `live`: the months before your
    eyes

Groups and their options are the folders and files of configs/; any parameter is set as section.name=value,
and group.option=true (service.sharing_station=true) adds one more option's values.
"""

from __future__ import annotations

import os
import sys

MODULES = {
    "report": "report.page:main",
    "gallery": "report.gallery:main",
    "explain": "report.explain:main",
    "dashboard": "command.serve:dashboard",
    "live": "command.serve:live",
}  # verbs that a module of their own answers
VERBS = ("run", "status", "resume", "expand", "verify", "export", *MODULES)
EXPERIMENTS = {
    "first_answer": "studies.first_answer",
    "baseline": "studies.baseline",
    "smoke": "studies.baseline",
    "benchmark": "benchmark.engine",
    "patterns": "evidence.patterns",
    "fork": "studies.fork",
    "ablation": "studies.ablation",
    "policies": "studies.policy_effects",
    "null_arms": "studies.null_arms",
    "sensitivity": "sensitivity.analysis",
    **dict.fromkeys(("funding_mix", "business", "targets", "stress"), "studies.designs"),
    **dict.fromkeys(("q1", "q2", "q4", "q6", "q7", "q9", "q12", "q13"), "studies.questions"),
}


def split_verb(argv: list[str]) -> tuple[str, list[str]]:
    """The verb (run when left out) and the overrides; Mistake names the allowed verbs."""
    from experiments.command.scenario import Mistake
    from sim.state.parameters import nearest

    if argv and "=" not in argv[0] and not argv[0].startswith(("-", "+", "~")):
        if argv[0] not in VERBS:
            raise Mistake(
                f"unknown verb {argv[0]!r}; allowed is {', '.join(VERBS)}, then "
                f"key=value{nearest(argv[0], VERBS)}"
            )
        return argv[0], argv[1:]
    return "run", argv


def usage() -> str:
    """What can be asked for."""
    from experiments.command.scenario import options

    groups = "\n".join(f"  {name}={'|'.join(names)}" for name, names in options().items())
    return (
        f"{__doc__}\n{groups}\n  seeds=N size=quick|default|full rows=[..] columns=[..] panels=[..] "
        f"draws=true|false seed=N\n  precision=0.05 max_seeds=N (questions)  "
        f"method=morris|sobol|pawn|delta by=section|parameter inputs=[..] samples=N replicates=N "
        f"(sensitivity)\n  workers=N out=folder progress=true|false fresh=true (begin anew) "
        f"partial=true (answer in spite of failed runs)\n"
    )


def run(verb: str, words: list[str]) -> int:
    """Compose the configuration and hand it to its experiment, or a study to its verb."""
    import importlib

    from experiments.command import verbs
    from experiments.command.scenario import compose_line
    from experiments.command.settings import check_read
    from experiments.study import study

    if verb in MODULES:
        module, _, answer = MODULES[verb].partition(":")
        return int(getattr(importlib.import_module(f"experiments.{module}"), answer)(words))
    if verb in verbs.ALONE:
        return verbs.ALONE[verb](words)
    if verb == "run":
        line = compose_line(words)
        check_read(line.settings, words)
        line, words = study.located(line, words)
    else:
        line, words = verbs.again(verb, words)
    module = importlib.import_module(f"experiments.{EXPERIMENTS[line.settings.name]}")
    if line.settings.name == "benchmark":
        with study.begin(line, words, fresh=True) as work:
            return int(module.main(line.settings.size, work.folder))
    return int(module.run(line, words))


def main(argv: list[str] | None = None) -> int:
    """Exit code: 0 done, 1 a user's mistake (one sentence on stderr), 130 ended by Ctrl-C, what was
    finished is kept.
    """
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")
    words = list(sys.argv[1:] if argv is None else argv)
    if {"-h", "--help"} & set(words):
        print(usage())
        return 0
    import mesa  # noqa: F401, I001  # first: while it loads it looks through every module loaded before

    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from experiments.command.scenario import Mistake, one_line
    from sim.state.parameters import ParameterError
    from sim.start.tables import TableError

    try:
        return run(*split_verb(words))
    except (Mistake, ParameterError, TableError) as e:
        said = str(e)
    except (HydraException, OmegaConfBaseException) as e:
        said = one_line(e)
    except KeyboardInterrupt as e:
        print(str(e) or "interrupted before anything was finished", file=sys.stderr)
        return 130
    print(f"error: {said}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

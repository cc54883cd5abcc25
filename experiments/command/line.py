"""The command line: `python run.py [verb] key=value ...`.

    python run.py                                   the first answer: funding x business x seeds
    python run.py experiment=baseline funding=jiangxi county.villages=50 horizon.end=2030-12 seeds=5
    python run.py report study=results/first_answer/<id> report.language=zh

`--help` says what else there is, by topic (topics.yaml). Groups and their options are the folders and files
of configs/; any parameter is set as section.name=value.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import busy, catalogue, topics
from .catalogue import Mistake
from .user_files import look_through, printable, read_text

Verb = Callable[[list[str]], int | None]
STUDY_VERBS = ("status", "verify", "export")
LONGEST = 2_000  # signs of a message
RESET = "\x1b[0m"
OTHER_VERBS = ("report", "to_ema", "xlrm", "gallery", "explain", "template", "idle", "dashboard", "live")
JUDGES = ("patterns", "validate")  # run experiment=patterns
REPRODUCE, LIST, EVERY = "reproduce", "list", "all"  # runs experiment=reproduce, but for its list
VERBS = ("run", "status", "resume", "expand", "verify", "export", *JUDGES, REPRODUCE, *OTHER_VERBS, "help")

RUNNING = ("run", *JUDGES, REPRODUCE)  # verbs that begin a study
GRAMMAR = ("run", "expand", "resume", *JUDGES, REPRODUCE)  # verbs whose words Hydra reads


class Printable:
    """A stream to which every verb prints what it says; words of a study may be a stranger's."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be seen, and new lines."""
        busy.clear()
        if text == RESET:  # a library's good-bye to a terminal; nothing was coloured
            return len(text)
        if self._stream is not None:  # as it is without a console
            self._stream.write(printable(text, "\n\t"))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def split_verb(argv: list[str]) -> tuple[str, list[str]]:
    """The verb (run when left out) and the overrides; Mistake names the allowed verbs."""
    if argv and "=" not in argv[0] and not argv[0].startswith(("-", "+", "~")):
        if argv[0] not in VERBS:
            from sim.state.parameters import nearest

            raise Mistake(
                f"unknown verb {argv[0]!r}; allowed is {', '.join(VERBS)}, then "
                f"key=value{nearest(argv[0], VERBS)}"
            )
        return argv[0], argv[1:]
    return "run", argv


def judging(verb: str, words: list[str]) -> list[str]:
    """The words that run the patterns; Mistake where another experiment, or no file to validate, is named."""
    for word in words:
        if word.startswith("experiment=") and word != "experiment=patterns":
            raise Mistake(f"{verb} judges patterns and runs no other experiment: leave {word} out")
    if verb == "validate" and not any(word.startswith("patterns=") and word != "patterns=" for word in words):
        raise Mistake(
            "validate wants a file of patterns, such as patterns=mine.yaml in the form of "
            "configs/patterns.yaml (docs/patterns.md says how); `patterns` judges that one"
        )
    return ["experiment=patterns", *(word for word in words if word != "experiment=patterns")]


def reproducing(words: list[str]) -> list[str]:
    """The words that run a published model or all; Mistake where none is named, or an experiment."""
    named = [word for word in words if "=" not in word]
    others = [word for word in words if word.startswith(("experiment=", "models="))]
    if len(named) != 1 or others:
        raise Mistake(
            f"reproduce wants {LIST}, {EVERY} or the name of one published model, such as reproduce bass"
            + (f": leave {others[0]} out" if others else "")
        )
    models = [] if named == [EVERY] else [f"models=[{named[0]}]"]
    return ["experiment=reproduce", *models, *(word for word in words if word not in named)]


def as_run(verb: str, words: list[str]) -> tuple[str, list[str]]:
    """A verb that is short for an experiment, as `run` with that experiment; others as they are."""
    if verb in JUDGES:
        return "run", judging(verb, words)
    return ("run", reproducing(words)) if verb == REPRODUCE else (verb, words)


def answering(verb: str) -> Verb | None:
    """What answers a verb that runs no experiment."""
    if verb in STUDY_VERBS:
        from . import verbs

        return verbs.ALONE[verb]
    if verb == "report":
        from ..report import written

        return written.main
    if verb == "to_ema":
        from . import to_ema

        return to_ema.main
    if verb == "xlrm":
        from ..report import xlrm

        return xlrm.main
    if verb == "explain":
        from . import explain

        return explain.main
    if verb == "template":
        from . import template

        return template.main
    if verb == "idle":
        from . import idle

        return idle.main
    if verb == "gallery":
        from . import gallery

        return gallery.main
    if verb in ("dashboard", "live"):
        from . import serve

        return serve.SERVERS[verb]
    return None


def run(verb: str, words: list[str]) -> int:
    """Compose the configuration and hand it to its experiment, or a study to its verb."""
    from .settings import check_read, idle

    verb, words = as_run(verb, words)
    direct = answering(verb)
    if direct is not None:
        return int(direct(words) or 0)
    if verb == "run":
        from .scenario import compose_line

        line = compose_line(words)
        check_read(line.settings, words)
        if line.settings.save:
            return save(line, words)
        changes = line.scenario(line.settings.name, line.parameters).modifiers
        modified = [change.path for change in changes]
        for said in (*map(str, line.notes), *idle(line.pinned, line.parameters, line.settings, modified)):
            print(f"note: {printable(said)}", file=sys.stderr)
        from ..study import study

        line, words = study.resolve(line, words)
    else:
        from . import verbs

        line, words = verbs.again(verb, words)
    found = catalogue.experiment(line.settings.name)
    catalogue.check(found)
    module = importlib.import_module(found.module)
    if hasattr(module, "run"):
        return int(module.run(line, words))
    from ..arms import SIZES, ArmRuns
    from ..outcomes import OWN
    from ..report import comparison

    size = line.settings.size
    question = module.question(size)
    if OWN:
        question = replace(question, shown=(*question.shown, *OWN))
    return comparison.answer(question, ArmRuns(line, SIZES[size].base_of(line)), words)


def main(argv: list[str] | None = None) -> int:
    """As `answer`; who reads the output may stop before its end, and need not know every letter."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        with contextlib.redirect_stdout(Printable(sys.stdout)):  # type: ignore[type-var]
            code = patiently(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def patiently(argv: list[str] | None = None) -> int:
    """As `answer`; on a terminal a line says what is being done, but for `progress=false`."""
    words = list(sys.argv[1:] if argv is None else argv)
    wanted = {"progress=false", "progress=False"}.isdisjoint(words)
    with busy.shown(wanted, "zh" if "report.language=zh" in words else "en"):
        busy.say("loading the model", "正在载入模型")
        return answer(words)


def sentence(text: str) -> str:
    """A message as one line of a length that can be read; signs that steer a terminal are written out."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} ... {line[-LONGEST // 2 :]}"


def save(line: Any, words: list[str]) -> int:
    """Keep the values of a line in a scenario file and print the command that runs it; exit code."""
    from .experiment_settings import FILED
    from .paths import command
    from .scenario_file import save_line

    keys = {word: word.lstrip("+~").partition("=")[0] for word in words}
    typed = {key: getattr(line.settings, key) for key in FILED if key in keys.values()}
    rest = [word for word, key in keys.items() if key not in (*line.pinned, *FILED, "save", "scenario")]
    path = Path(line.settings.save)
    pinned = {
        place: v for place, v in line.pinned.items() if place in keys.values() or "scenario" in keys.values()
    }
    save_line(path, pinned, typed, command(*words))
    print(command(*rest, f"scenario={path}"))
    return 0


def look_at_files(words: list[str]) -> None:
    """Refuse what is no scenario file at once: loading the model takes longer than all that follows."""
    for word in words:
        key, _, value = word.partition("=")
        if key == "scenario" and Path(value).name:
            text = read_text(Path(value))
            try:
                look_through(text, "a scenario file")
            except Mistake as error:
                raise Mistake(f"{value}: {error}") from error


def sweeping(verb: str, words: list[str]) -> list[str]:
    """Words with several values as those of a comparison."""
    from . import sweep

    if verb != "run":
        raise Mistake(f"-m compares several values by running; {verb} runs nothing of the kind: leave it out")
    return sweep.gathered(words)


def show(verb: str, words: list[str], flags: Any) -> int:
    """Print the configuration (`--cfg job`) or what it is made of (`--info`), and run nothing."""
    from . import sweep
    from .scenario import compose_line

    if verb != "run":
        raise Mistake(f"--cfg and --info show what a run would do; {verb} is none")
    line = compose_line(words)
    if flags.info:
        chosen = [f"{group}={option}" for group, option in line.named.items()]
        print(
            "\n".join(
                [
                    f"experiment: {line.settings.name}",
                    f"configurations: {catalogue.CONFIGS}",
                    f"groups: {', '.join(chosen) or 'as by default'}",
                    f"policies: {', '.join(line.settings.policy) or 'none'}",
                    f"values set: {', '.join(f'{path}={v}' for path, v in line.pinned.items()) or 'none'}",
                    *(f"compared: {one.word}" for one in sweep.read(line.settings.sweep)),
                ]
            )
        )
    if flags.cfg:
        print(line.text, end="")
    return 0


def without_progress(words: list[str]) -> list[str]:
    """The words of a verb that runs no study, but for `progress=`; Mistake at another value than its two."""
    for word in words:
        key, _, value = word.partition("=")
        if key == "progress" and value.lower() not in ("true", "false"):
            raise Mistake(f"progress = {value[:30]!r}: allowed are true, false")
    return [word for word in words if not word.startswith("progress=")]


def look_at_words(verb: str, words: list[str]) -> None:
    """Refuse before the model is imported whatever can be refused without it."""
    from . import asked
    from . import words as line
    from .settings import refuse_twice

    refuse_twice(words)
    verb, words = as_run(verb, words)
    asked.check(verb, words)
    if verb == "run":
        line.check(words)


def listed() -> int:
    """Print the published models, a line each; exit code."""
    from ..reproduce.catalogue import models

    for name, one in models().items():
        print(f"{name:16} {one.title} ({one.source})")
    return 0


def answer(argv: list[str] | None = None) -> int:
    """Exit code: 0 done, 1 a user's mistake (one sentence on stderr), 130 ended by Ctrl-C, what was
    finished is kept.
    """
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if topics.wanted(words):
            print(topics.page(words))
            return 0
        look_at_files(words)
    except Mistake as error:
        print(f"error: {sentence(str(error))}", file=sys.stderr)
        return 1
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from sim.state.parameters import ParameterError, TableError

    from . import own_folder
    from .flags import read as read_flags
    from .paths import as_typed
    from .settings import one_line

    try:
        flags, words = read_flags(words)
        verb, words = split_verb(words)
        words = without_progress(words) if verb in OTHER_VERBS and verb != "gallery" else words
        words = [as_typed(word) for word in words] if verb in GRAMMAR else words
        own_folder.take(words)
        words = own_folder.without(words) if verb not in RUNNING else words
        if flags.multirun:
            words = sweeping(verb, words)
        look_at_words(verb, words)
        if (verb, words) == (REPRODUCE, [LIST]):
            return listed()
        return show(verb, words, flags) if flags.cfg or flags.info else run(verb, words)
    except (Mistake, ParameterError, TableError) as error:
        said = str(error)
    except (HydraException, OmegaConfBaseException) as error:
        said = one_line(error)
    except KeyboardInterrupt as error:
        print(str(error) or "interrupted before anything was finished", file=sys.stderr)
        return 130
    print(f"error: {sentence(said)}", file=sys.stderr)
    return 1

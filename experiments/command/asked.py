"""What each verb is asked beside its experiment: a word that it does not know, or a study that is not there,
is answered before anything is imported that takes time.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from sim.state.parameters import nearest

from .catalogue import Mistake
from .experiment_settings import HOW
from .paths import bare

LANGUAGES = ("en", "zh")
TEMPLATES = (
    "villages", "population", "mortality", "health", "income", "workbook", "borders", "patterns"
)  # fmt: skip
REPORT = {
    "study": "a folder results/<experiment>/<id>, or results/<experiment> for the newest",
    "brief": "true or false: at most four printed pages instead",
    "pdf": "true or false",
    "docx": "true or false: as a text document too",
    "report.language": "en or zh",
    "out": "folder for the page",
}
LANGUAGE = "report.language"
EXPLAIN = {"run": "", "village": "", "month": "", "scenario": "", "replicate": "0", "arm": "main"}
EXPLAIN |= {LANGUAGE: "en"}
WORDS: dict[str, tuple[str, ...]] = {
    "status": (),
    "resume": HOW,
    "verify": ("sample", "all", "workers", "engine", "progress"),
    "export": ("report.language",),
    "to_ema": ("out",),
}


def report(words: Sequence[str]) -> dict[str, str]:
    """The words of `report` as key -> value; Mistake where one is unknown or missing."""
    switches = ("brief", "pdf", "docx")
    asked = {"report.language": "en"} | dict.fromkeys(switches, "false")
    for word in words:
        key, equals, value = bare(word).partition("=")
        if key not in REPORT or not equals or (key == "out" and not value.strip()):
            raise Mistake(
                f"report: cannot read {word!r}; allowed are "
                f"{', '.join(f'{key}=... ({v})' for key, v in REPORT.items())}{nearest(key, REPORT)}"
            )
        asked[key] = value
    for key, allowed in {**dict.fromkeys(switches, ("true", "false")), "report.language": LANGUAGES}.items():
        if asked[key] not in allowed:
            raise Mistake(
                f"{key} = {asked[key]!r}: allowed are {', '.join(allowed)}{nearest(asked[key], allowed)}"
            )
    if "study" not in asked:
        raise Mistake("report: say which study: study=results/<experiment>/<id>")
    return asked


def explain(words: Sequence[str]) -> dict[str, str]:
    """The words as key -> value; Mistake where one is unknown or missing."""
    given = dict(EXPLAIN)
    for word in words:
        key, sign, value = bare(word).partition("=")
        if key not in EXPLAIN or not sign:
            raise Mistake(
                f"explain does not know {word!r}; allowed are {', '.join(EXPLAIN)}{nearest(key, EXPLAIN)}"
            )
        given[key] = value
    lacking = [key for key in ("run", "village") if not given[key]]
    if lacking:
        raise Mistake(
            f"explain wants {', '.join(f'{key}=' for key in lacking)} such as run=results/"
            f"first_answer/<id> village=7, and month=2031-04 where one month is meant"
        )
    spoken([f"{LANGUAGE}={given[LANGUAGE]}"])
    number = given["replicate"]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Mistake(f"replicate = {number!r}: a whole number is wanted")
    return given


def template(words: Sequence[str]) -> dict[str, str]:
    """What a template is of, where it goes and its language; Mistake where a word is unknown."""
    found = {"kind": "", "out": "", "lang": "en"}
    for word in words:
        key, sign, value = bare(word).partition("=")
        if not sign and not found["kind"]:
            found["kind"] = word
        elif sign and value.strip() and key in ("out", "lang"):
            found[key] = value
        else:
            raise Mistake(f"template does not know {word!r}; allowed are out=<file>, lang=en|zh")
    for key, allowed in (("kind", TEMPLATES), ("lang", LANGUAGES)):
        if found[key] not in allowed:
            said = f"{found[key]!r}: " if found[key] else ""
            raise Mistake(
                f"template {'lang = ' if key == 'lang' else ''}{said}allowed are {', '.join(allowed)}"
                f"{nearest(found[key], allowed)}"
            )
    return found


def study(verb: str, words: Sequence[str]) -> tuple[str, list[str]]:
    """The folder that `study=` names, and the other words; Mistake where one does not belong to the verb."""
    named = [bare(word).partition("=")[2] for word in words if word.startswith("study=")]
    others = [word for word in words if not word.startswith("study=")]
    if len(named) != 1 or not named[0]:
        raise Mistake(f"{verb} wants one study=<folder>, such as study=results/first_answer/0123456789ab")
    for word in others:
        key = word.partition("=")[0]
        if verb in WORDS and not {key, key.partition(".")[0]} & {*WORDS[verb]}:
            allowed = ("study", *WORDS[verb])
            raise Mistake(
                f"{verb} does not know {word!r}; allowed are {', '.join(allowed)}{nearest(key, allowed)}"
            )
    return newest(named[0].rstrip("/")), others


def spoken(words: Sequence[str]) -> str:
    """The language that `report.language=` names, English where it is left out."""
    code = dict(word.partition("=")[::2] for word in words).get("report.language", "en")
    if code not in LANGUAGES:
        raise Mistake(
            f"report.language = {code!r}: allowed are {', '.join(LANGUAGES)}{nearest(code, LANGUAGES)}"
        )
    return code


def newest(folder: str) -> str:
    """The folder itself or, where it holds studies, the one begun last."""
    path = Path(folder)
    if (path / "manifest.json").exists() or not path.is_dir():
        return folder
    begun = {}
    for manifest in path.glob("*/manifest.json"):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):  # damaged: said where it is named
            started = str(json.loads(manifest.read_text(encoding="utf-8"))["started"])
            begun[started + manifest.parent.name] = manifest.parent
    return str(begun[max(begun)]) if begun else folder


def out_of(words: Sequence[str]) -> str:
    """The folder that `out=` names, or nothing; Mistake where it names none."""
    for word in words:
        key, equals, value = bare(word).partition("=")
        if not equals or not value.strip() or "\0" in value:
            raise Mistake(f"{key}: a folder is wanted, such as out=ema")
        return value
    return ""


def nothing(verb: str, words: Sequence[str]) -> None:
    """Mistake where a verb that reads nothing is given a word."""
    if words:
        raise Mistake(f"{verb} prints what is declared and reads nothing: leave {words[0]!r} out")


def there(folder: str) -> None:
    """Mistake where a study is asked of a folder that is not there."""
    if not os.path.lexists(folder):
        raise Mistake(
            f"{folder[:200]!r} is no study: it has no manifest.json; give a folder results/<experiment>/<id>"
        )


def check(verb: str, words: Sequence[str]) -> None:
    """Raise Mistake where a verb cannot answer such words."""
    if verb == "report":
        there(report(words)["study"])
    elif verb == "explain":
        there(explain(words)["run"])
    elif verb == "template":
        template(words)
    elif verb == "xlrm":
        nothing(verb, words)
    elif verb in ("expand", *WORDS):
        folder, others = study(verb, words)
        there(folder)
        if verb == "to_ema":
            out_of(others)
        elif verb == "export":
            spoken(others)

"""`own=my_folder/`: a researcher's own parts, policies, configurations and patterns beside the product's.

`own=` may be said several times, a folder each.
`MUTUAL_AID_OWN` and `--config-dir` name the same; what the command line says stands above the environment.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KEY = "own"
VARIABLE = "MUTUAL_AID_OWN"
_forget: list[Callable[[], Any]] = []  # what was made of the folders of the product alone


def folders() -> dict[Path, str]:
    """Those in use -> what their files said; `--help` asks before the model is there, when none is."""
    module = sys.modules.get("sim.engine.own_folders")
    found: dict[Path, str] = module.FOLDERS if module else {}
    return found


def refused(said: str) -> Exception:
    """A user's mistake in one sentence."""
    from sim.state.parameters import ParameterError

    return ParameterError(said)


def remakes(made: Any) -> Any:
    """A cached function whose result another folder changes: it is made again when one is taken up."""
    _forget.append(made.cache_clear)
    return made


def named(words: Sequence[str]) -> list[Path]:
    """The folders that a command line names, else those of the environment."""
    typed = [word.partition("=")[2] for word in words if word.partition("=")[0] == KEY]
    given = [_plain(one) for one in typed] if typed else os.environ.get(VARIABLE, "").split(os.pathsep)
    return [Path(one).expanduser() for one in given if one]


def _plain(value: str) -> str:
    """A value without the quotes of the grammar."""
    if value[:1] == "'" == value[-1:] and len(value) > 1:
        return value[1:-1].replace("\\'", "'").replace("\\\\", "\\")
    return value


def take(words: Sequence[str]) -> None:
    """Take up the folders that are named; ParameterError where one does not fit."""
    wanted = [one.resolve() for one in named(words)]
    if not wanted or wanted == list(folders()):
        return
    before = os.environ.get(VARIABLE)
    if not folders():
        os.environ[VARIABLE] = ""  # the command line stands above it
    from sim.own import use

    try:
        use(*wanted)
    except BaseException:
        if before is not None:
            os.environ[VARIABLE] = before
        raise
    for forget in _forget:
        forget()


def take_again(manifest: Mapping[str, Any], study: Path) -> None:
    """Raise ParameterError where the folder of a study is missing, has changed or was not named.

    A stranger's study names a folder of a stranger's code: it runs only where the user names it too.
    """
    from sim.engine.own_folders import digest_of

    words = [word for word in manifest["overrides"] if word.partition("=")[0] == KEY]
    for folder in named(words) if words else ():
        made = f"{study} was made with the own folder {folder}"
        kept = manifest.get("files", {}).get(str(folder), "")
        if kept in folders().values():
            continue
        if not folder.is_dir():
            raise refused(f"{made}, which is not there any more: put it back and add own={folder}")
        if digest_of(folder) != kept:
            raise refused(f"{made}, which has changed: put it back as it was")
        raise refused(f"{made}, whose code would run: read it, then allow it with own={folder}")


def without(words: Sequence[str]) -> list[str]:
    """The words of a verb that reads a study, which has the folder in its own words."""
    return [word for word in words if word.partition("=")[0] != KEY]


def identity() -> str:
    """What enters the identity of a study: the content of all files of the folders, not where they lie."""
    return f"own {'-'.join(folders().values())}\n" if folders() else ""


def checksums(words: Sequence[str]) -> dict[str, str]:
    """Path -> digest now, of each folder that words name and that is there."""
    from sim.engine.own_folders import digest_of

    return {str(one): digest_of(one) for one in named(words) if one.is_dir()}


def of_group(group: str) -> list[Path]:
    """Where own options of a group stand: policies/ for policies, else configs/<group>/."""
    below = "policies" if group == "policy" else f"configs/{group}"
    return [one / below for one in folders() if (one / below).is_dir() and group != "experiment"]


WORDS = ("sections", "parameters", "units", "words")  # of words.yaml: English -> Chinese


def words(kind: str) -> dict[str, str]:
    """What words.yaml of the own folders says under a heading; ParameterError where it is no such table."""
    from sim.state.yaml12 import load

    found: dict[str, str] = {}
    for folder in folders():
        path = folder / "words.yaml"
        content = load(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else {}
        if not isinstance(content, dict) or set(content) - set(WORDS):
            raise refused(f"{path}: tables under {', '.join(WORDS)} are wanted, and no others")
        found |= {str(english): str(chinese) for english, chinese in (content.get(kind) or {}).items()}
    return found


def file_of(folder: str, word: str) -> Path:
    """The file that a word names: as it is, else `<own folder>/<folder>/<word>`, `.yaml` left out or not."""
    names = (word, f"{word}.yaml") if word else ()
    there = (one / folder / name for one in folders() for name in names)
    return Path(word) if Path(word).is_file() else next((one for one in there if one.is_file()), Path(word))


@contextmanager
def importable() -> Iterator[None]:
    """Modules that a policy names are found in the folder one works in and in policies/ of own folders."""
    before = list(sys.path)
    sys.path += [str(Path.cwd()), *(str(one / "policies") for one in folders())]
    try:
        yield
    finally:
        sys.path[:] = before


def searched() -> list[str]:
    """The word by which Hydra finds own configurations; none where there are none."""
    found = ",".join(f"'file://{one / 'configs'}'" for one in folders() if (one / "configs").is_dir())
    return [f"hydra.searchpath=[{found}]"] if found else []

"""What configs/ holds: groups with their options, and the experiments, found by their YAML and never listed.

An experiment stands in two places: configs/experiment/<name>.yaml says what it is (`title`, `help`), which
settings it reads (`reads`) and, where that is not experiments/studies/<name>.py, its Python file (`file`).
The file has `run(line, words)`, or `question(size)` for a comparison; it is imported when it is run only.
Nothing here loads the model, so that `--help` answers at once.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from . import own_folder
from .own_folder import remakes

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs"
TOP = __name__.removesuffix(".command.catalogue")  # experiments, or mutual_aid.experiments where installed
HOME = ROOT.parents[TOP.count(".") - 1] if "." in TOP else ROOT  # the folder that names are looked up from
STUDIES = Path("experiments/studies")
# of a YAML: about an experiment, no settings of it
ABOUT = ("title", "chinese", "help", "reads", "file", "own_model")
ENTRIES = ("run", "question")


class Mistake(ValueError):
    """A user's mistake on the command line; the message is one sentence."""


@dataclass(frozen=True)
class Experiment:
    """What a YAML of configs/experiment says of itself.

    `chinese`: the title once more, where there is one. `own_model`: it reads no parameter, no group of them
    and no scenario file.
    """

    name: str
    title: str
    help: str
    reads: tuple[str, ...]
    file: Path  # below the root
    own_model: bool = False
    chinese: str = ""

    def called(self, language: str) -> str:
        """The title in a language, en or zh; English where nobody translated it."""
        return (self.chinese if language == "zh" else "") or self.title

    @property
    def module(self) -> str:
        """The name to import it by."""
        return ".".join((TOP, *self.file.with_suffix("").parts[1:]))


def read(path: Path) -> Experiment:
    """The experiment of a YAML; Mistake names the line to write where something is missing.

    A YAML whose `name` is that of another is the other with other values.
    """
    name, shown = path.stem, f"configs/experiment/{path.name}"
    # words alone, as written: the loader of values would load the model, and `--help` answers at once
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader) or {}
    kind = content.get("name", name)
    if kind != name:
        base = read(path.with_name(f"{kind}.yaml"))
        own = {key: content[key] for key in ("title", "chinese", "help") if key in content}
        if "title" in own:  # which the other's Chinese does not say
            own.setdefault("chinese", "")
        return replace(base, name=name, **own)
    for key, example in (
        ("title", "title: <what is asked, in one line>"),
        ("help", "help: <what is run, and which settings matter>"),
        ("reads", "reads: [seeds, seed, draws, policy]"),
    ):
        if not content.get(key):
            raise Mistake(f"{shown} has no {key}: write `{example}` into it")
    file = Path(content.get("file", STUDIES / f"{name}.py"))
    about = content["title"], " ".join(content["help"].split()), tuple(content["reads"])
    return Experiment(name, *about, file, content.get("own_model") == "true", content.get("chinese", ""))


def file_of(experiment: Experiment, root: Path = ROOT) -> Path:
    """Its Python file, or the package in its place; Mistake where there is neither."""
    package = experiment.file.with_suffix("") / "__init__.py"
    for file in (experiment.file, package):
        if (root / file).is_file():
            return root / file
    raise Mistake(
        f"configs/experiment/{experiment.name}.yaml is an experiment without code: write "
        f"{experiment.file.as_posix()} with run(line, words) or question(size), or `file: <its file>` "
        f"into the YAML"
    )


def check(experiment: Experiment, root: Path = ROOT) -> None:
    """Raise Mistake, naming the line to write, where a Python file does not do what its YAML says."""
    path = file_of(experiment, root)
    shown = path.relative_to(root).as_posix()
    names = _top_names(ast.parse(path.read_text(encoding="utf-8")).body)
    if not names & set(ENTRIES):
        raise Mistake(f"{shown} cannot be run: write `def run(line, words)` or `def question(size)` in it")
    if "size" in experiment.reads and "run" in names and "SIZES" not in names:
        raise Mistake(
            f"{shown} reads size and has no sizes: write "
            f'`SIZES = {{"quick": ..., "default": ..., "full": ...}}` in it'
        )


def _top_names(body: Iterable[ast.stmt]) -> set[str]:
    """What a module defines or imports at its top."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {
                name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
            }
        elif isinstance(node, ast.ImportFrom | ast.Import):
            found |= {alias.asname or alias.name for alias in node.names}
    return found


def check_all(root: Path = ROOT) -> None:
    """Raise Mistake for the first experiment that lacks its configuration, its file or what these want."""
    named = {read(path).file for path in _files(root / "configs")}
    for path in sorted((root / STUDIES).iterdir()):
        file = (STUDIES / path.name).with_suffix(".py")
        if not path.name.startswith("_") and (path.is_dir() or path.suffix == ".py") and file not in named:
            raise Mistake(
                f"{file.as_posix()} is an experiment without a configuration: write "
                f"configs/experiment/{path.stem}.yaml with title:, help: and reads:"
            )
    for path in _files(root / "configs"):
        check(read(path), root)


def _files(configs: Path) -> list[Path]:
    """The YAML files of experiments."""
    return sorted((configs / "experiment").glob("*.yaml"))


@functools.lru_cache(maxsize=1)
def experiments() -> dict[str, Experiment]:
    """Every experiment by its name."""
    return {path.stem: experiment(path.stem) for path in _files(CONFIGS)}


@functools.lru_cache(maxsize=64)
def experiment(name: str) -> Experiment:
    """The experiment of this name."""
    return read(CONFIGS / "experiment" / f"{name}.yaml")


@remakes
@functools.lru_cache(maxsize=1)
def options() -> dict[str, tuple[str, ...]]:
    """Group -> its options, as found in configs/ and in the own folders."""
    found = {folder.name: _named_in(folder) for folder in sorted(CONFIGS.iterdir()) if folder.is_dir()}
    groups = {name: files for name, files in found.items() if files}  # a folder of tables is no group
    for name, files in groups.items():
        for folder in own_folder.of_group(name):
            for option in _named_in(folder):
                if option in files:
                    theirs = option_file(name, option)
                    raise Mistake(
                        f"{name}={option} stands in {theirs} and in {folder / option}.yaml: rename one"
                    )
                files = tuple(sorted((*files, option)))
        groups[name] = files
    return groups


def _named_in(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in folder.glob("*.yaml")))


def option_file(group: str, option: str) -> Path:
    """Where an option stands: in configs/, else in an own folder."""
    product = CONFIGS / group / f"{option}.yaml"
    places = (folder / product.name for folder in own_folder.of_group(group))
    return product if product.is_file() else next((one for one in places if one.is_file()), product)


@functools.lru_cache(maxsize=256)
def _arm(path: Path) -> dict[str, Any]:
    from omegaconf import OmegaConf

    from sim.state.yaml12 import flag_of, load

    def flat(content: Any) -> dict[str, Any]:
        return {
            f"{section}.{key}": value for section, lines in content.items() for key, value in lines.items()
        }

    shown = "/".join(path.parts[-3:])
    mine = flat(load(path.read_text(encoding="utf-8"), shown) or {})
    theirs = flat(OmegaConf.to_container(OmegaConf.load(path)))
    for name, value in mine.items():
        # Hydra composes from these files, by the rules of YAML 1.1 but for numbers such as 3e-2
        if name in theirs and theirs[name] not in (value, flag_of(value)):
            raise Mistake(
                f"{shown}: {name} is {value!r} by YAML 1.2 and {theirs[name]!r} to Hydra, which reads this "
                f"file too: write it so that both read the same"
            )
    return mine | {name: value for name, value in theirs.items() if isinstance(value, bool)}


def arm(group: str, option: str) -> dict[str, Any]:
    """Path -> value that an option of a group sets, read from its YAML file, once."""
    return dict(_arm(option_file(group, option)))

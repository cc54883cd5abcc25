"""What a command line may hold beside words `key=value`: `-m`, `--cfg job`, `--resolve`, `--info`;
`+policy=x` adds a policy to those of the line, `~policy` takes all away; `--config-dir` is `own=`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from sim.state.parameters import nearest

from .catalogue import Mistake

FLAGS = ("-m", "--multirun", "--cfg", "--resolve", "--info", "--config-dir", "--help", "-h")


class _Parser(argparse.ArgumentParser):
    """argparse that answers with a sentence in place of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise Mistake(message)


def _parser() -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("-m", "--multirun", action="store_true")
    parser.add_argument("--cfg", choices=("job",))
    parser.add_argument("--resolve", action="store_true")
    parser.add_argument("--info", action="store_true")
    parser.add_argument("--config-dir", default="")
    return parser


def read(words: Sequence[str]) -> tuple[Any, list[str]]:
    """Flags and the other words; Mistake at a flag that is not known."""
    flags, rest = _parser().parse_known_args(list(words))
    for word in rest:
        if word.startswith("-"):
            flag = word.partition("=")[0]
            raise Mistake(f"unknown flag {flag!r}; allowed are {', '.join(FLAGS)}{nearest(flag, FLAGS)}")
    if flags.resolve and not flags.cfg:
        raise Mistake("--resolve goes with --cfg job, which prints the configuration")
    own = [f"own={flags.config_dir}"] if flags.config_dir else []
    return flags, [*(_plain(word) for word in rest), *own]


def _plain(word: str) -> str:
    """`+policy=x` and `~policy` as the words that they stand for."""
    key, sign, value = word.partition("=")
    if key == "+policy" and sign and value and "," not in value and "[" not in value:
        return f"policy.{value}=true"
    if key == "~policy":
        return f"policy.{value}=false" if sign else "policy=[]"
    return word

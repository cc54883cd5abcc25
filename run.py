"""The door: `python run.py [verb] key=value ...`; `python run.py --help` says what can be asked."""

from __future__ import annotations

import sys

from experiments.command.line import main, split_verb

__all__ = ["main", "split_verb"]

if __name__ == "__main__":
    sys.exit(main())

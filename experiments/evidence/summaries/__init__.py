"""What a pattern is held against: one pure function each, from a county to (value, units behind it).

A function that is given a `start` gets a model as it was built, before its first month and without spin-up;
one that is given a `run` the result of a finished run; one that is given `persons` who lived there in the
last year of one (`experiments/evidence/persons.py`). Where there is nothing to see the value is nan and the
number 0. Money is in yuan. A function is found by name from a file of patterns: a new one in a file of
this folder needs no entry elsewhere; `docs/patterns.md` lists them.
"""

from importlib import import_module
from pkgutil import iter_modules

from .registry import SUMMARIES, Summary, Value, summary

SUBJECTS = tuple(sorted(found.name for found in iter_modules(__path__) if found.name != "registry"))
for _subject in SUBJECTS:
    import_module(f"{__name__}.{_subject}")

__all__ = ["SUBJECTS", "SUMMARIES", "Summary", "Value", "summary"]

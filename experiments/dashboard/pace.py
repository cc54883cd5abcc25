"""How long runs take on this computer: learned from those that were made, kept for the next time.

The unit is seconds of one core an elder-month. What cannot be read or kept is begun anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path

from sim.state.parameters import Parameters

from ..study.runner import ELDER_MONTH

WEIGHT = 0.1  # of a run in what is known of all before it
FILE = Path("mutual-aid-sim") / "pace.json"


def kept_in() -> Path:
    """Where this user's caches lie."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if named else Path.home() / ".cache") / FILE


def size(parameters: Parameters) -> float:
    """Elder-months of a run."""
    county = parameters.county
    return float(county.villages * county.elders * parameters.horizon.months)


class Pace:
    """Seconds an elder-month, as learned."""

    def __init__(self, file: Path | None = None) -> None:
        self.file, self._lock = file, threading.Lock()
        self.elder_month = ELDER_MONTH
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            if file is not None:
                found = float(json.loads(file.read_text(encoding="utf-8"))["seconds_an_elder_month"])
                if 0 < found < 1:
                    self.elder_month = found

    def learn(self, seconds: float, elder_months: float) -> None:
        """One run took so long."""
        if seconds > 0 and elder_months > 0:
            with self._lock:
                self.elder_month += WEIGHT * (seconds / elder_months - self.elder_month)

    def seconds(self, runs: int, elder_months: float, workers: int) -> float:
        """What so many runs take on so many cores."""
        return runs * elder_months * self.elder_month / workers

    def keep(self) -> None:
        """Write what was learned, where it can be written."""
        with contextlib.suppress(OSError):
            if self.file is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                text = json.dumps({"seconds_an_elder_month": self.elder_month})
                self.file.write_text(text + "\n", encoding="utf-8")

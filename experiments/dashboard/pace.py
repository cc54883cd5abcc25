"""How long runs take on this computer: learned from those that were made, kept for the next time.

Small runs take more an elder-month than large ones, so that what is learned is kept by size, each twice the
last. What cannot be read or kept is begun anew.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import threading
from pathlib import Path

from sim.state.parameters import Parameters

from ..study.runner import ELDER_MONTH

WEIGHT = 0.1  # of a run in what is known of all before it
LONGEST = 3600.0  # seconds: no run of the dashboard takes so long
FILE = Path("mutual-aid-sim") / "pace.json"


def kept_in() -> Path:
    """Where this user's caches lie."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if named else Path.home() / ".cache") / FILE


def size(parameters: Parameters) -> float:
    """Elder-months of a run."""
    county = parameters.county
    return float(county.villages * county.elders * parameters.horizon.months)


def _step(elder_months: float) -> str:
    return str(round(math.log2(max(elder_months, 1.0))))


class Pace:
    """Seconds of one core an elder-month, by size of a run."""

    def __init__(self, file: Path | None = None) -> None:
        self.file, self._lock = file, threading.Lock()
        self.by_size: dict[str, float] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            if file is not None:
                found = json.loads(file.read_text(encoding="utf-8")).items()
                self.by_size = {str(key): float(v) for key, v in found if 0 < float(v) < LONGEST}

    def learn(self, seconds: float, elder_months: float) -> None:
        """One run took so long."""
        if seconds > 0 and elder_months > 0:
            with self._lock:
                before = self.by_size.get(_step(elder_months), ELDER_MONTH)
                self.by_size[_step(elder_months)] = before + WEIGHT * (seconds / elder_months - before)

    def seconds(self, runs: int, elder_months: float, workers: int) -> float:
        """What so many runs take on so many cores."""
        return runs * elder_months * self.by_size.get(_step(elder_months), ELDER_MONTH) / workers

    def keep(self) -> None:
        """Write what was learned, where it can be written."""
        with contextlib.suppress(OSError):
            if self.file is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                self.file.write_text(json.dumps(self.by_size) + "\n", encoding="utf-8")

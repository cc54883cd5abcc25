"""What must not be copied says so: a copy that shares half of its arrays would run on, and wrongly."""

from __future__ import annotations

from typing import Any, NoReturn


class Uncopied:
    """Mixin that refuses `copy.copy`, `copy.deepcopy` and every kind of pickle with one sentence."""

    _instead = "make it anew"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is neither copied nor pickled: {self._instead}")

"""One table of shapes and colours for villages: dashboard, live page and figures, in both languages.

Shape: the kind of village. Colour on a map: what the service is. Classes of the funnel and payers have their
colours in `style.CLASS_COLOURS` and `style.PAYER_COLOURS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.state.codes import VILLAGE_KINDS

from . import style


class Shape(NamedTuple):
    """One shape as each library of charts calls it."""

    altair: str
    matplotlib: str
    echarts: str


class ServiceMark(NamedTuple):
    """What a village's service is: its label in two languages, its colour on a map, whether a station or
    neighbours serve.
    """

    english: str
    chinese: str
    colour: str
    serves: bool

    @property
    def label(self) -> str:
        """In the language that is spoken."""
        return style.tell(self.english, self.chinese)


KIND_SHAPES: Mapping[str, Shape] = dict(
    zip(
        VILLAGE_KINDS,
        (
            Shape("circle", "o", "circle"),  # plain: the plainest
            Shape("triangle-up", "^", "triangle"),  # scenic: a hill
            Shape("square", "s", "rect"),  # craft: a workshop
            Shape("diamond", "D", "diamond"),  # near town: a crossing
        ),
        strict=True,
    )
)
SERVICE: tuple[ServiceMark, ...] = (  # by `service_codes`
    ServiceMark("nothing so far", "尚无服务", "white", False),
    ServiceMark("ended", "已结束", style.RED, False),
    ServiceMark("neighbours or open days", "邻里互助或开放日", style.YELLOW, True),
    ServiceMark("tables at home, self-cooked", "家庭餐桌、自办餐", style.SKY, True),
    ServiceMark("canteen", "食堂", style.BLUE, True),
)
NOTHING, ENDED = 0, 1
RIM = "#333333"  # round every mark, so that white and yellow are seen


def service_codes(level: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """Places in SERVICE from the level of service (0 to 3) and whether it was ever above 0; same shape."""
    return np.where(level > 0, np.asarray(level) + 1, np.where(opened, ENDED, NOTHING)).astype(np.int64)

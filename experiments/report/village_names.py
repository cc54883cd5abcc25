"""How a village is called: by its name where a table gave one, else by its number; its code beside."""

from __future__ import annotations

from typing import NamedTuple

from sim.start.village_table import read_villages
from sim.state.parameters import Parameters

from ..command.user_files import printable
from .style import chinese_font, tell

LONGEST = 14  # signs of a name on a map


def numbered(number: int) -> str:
    """A village without a name."""
    return tell(f"village {number}", f"{number} 号村")


class VillageName(NamedTuple):
    """Of one village; name and code are empty where none was given."""

    number: int
    name: str = ""
    code: str = ""

    @property
    def short(self) -> str:
        """The name, else "village 7"."""
        return self.name or numbered(self.number)

    @property
    def full(self) -> str:
        """Name, number and code, as far as a table gave them: "上王村, village 7, 320112001207"."""
        return tell(", ", "，").join(filter(None, (self.name, numbered(self.number), self.code)))

    @property
    def listed(self) -> str:
        """Number and name, as in a list to choose from."""
        return f"{self.number} {self.name}".strip()

    @property
    def drawn(self) -> str:
        """A label in a figure: the name, cut where it is long, else the number.

        The number too where no font here has Chinese letters.
        """
        name = self.name if len(self.name) <= LONGEST else f"{self.name[: LONGEST - 1]}…"
        shown = name.isascii() or chinese_font() is not None
        return name.replace("$", r"\$") if name and shown else f"{self.number}"


def village_names(parameters: Parameters) -> dict[int, VillageName]:
    """By number, all villages of a county."""
    table = read_villages(parameters.given.villages) if parameters.given.villages else None
    names, codes = (table.names, table.codes) if table else ((), ())
    return {
        number: VillageName(
            number, *(printable(one[number - 1]) if number <= len(one) else "" for one in (names, codes))
        )
        for number in range(1, parameters.county.villages + 1)
    }


def called(parameters: Parameters, number: int) -> VillageName:
    """One village, whatever its number."""
    return village_names(parameters).get(number, VillageName(number))


def are_named(parameters: Parameters) -> bool:
    """Whether a table gives any village a name or a code."""
    return any(one.name or one.code for one in village_names(parameters).values())

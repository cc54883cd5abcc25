"""One look for all figures: Agg, Okabe-Ito colours (told apart by the colour-blind), SVG with the same bytes each time."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from experiments.store import replace

ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK, GREY = (
    "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999",
)  # fmt: skip
CLASS_COLOURS = dict(viable=GREEN, under_serving=ORANGE, recovered=SKY, closed=RED, too_young=PINK, never_opened=GREY)
PAYER_COLOURS = dict(government=BLUE, collective=ORANGE, families=GREEN, society=PINK, business=YELLOW)
SETTINGS = {
    "svg.hashsalt": "mutual-aid-sim", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 9,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "axes.titlelocation": "left",
    "figure.dpi": 100, "savefig.dpi": 150, "legend.frameon": False,
}  # fmt: skip
plt.rcParams.update(SETTINGS)


LABELS = {
    "under_serving": "under-serving", "none": "no business", "feixiang": "Feixiang (collective + subsidy)",
    "jiangxi": "Jiangxi (elders + government)", "four_payers": "four payers (a little each)", "deposit": "deposit (null)",
    "seed_taper": "seed money that tapers", "government_led": "government-led", "society_led": "society-led",
    "identical_payers": "identical payers (null)", "no_money": "no money (null)", "mutual": "mutual aid",
    "professional": "paid care",
}  # fmt: skip


def words(name: str) -> str:
    """A key as a label for readers."""
    return LABELS.get(name, name.replace("_", " "))


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write PNG and SVG; the SVG carries no date."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata=metadata)
        paths.append(folder / f"{name}.{kind}")
        replace(paths[-1], buffer.getvalue())
    plt.close(figure)
    return paths

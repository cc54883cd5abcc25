"""`python run.py gallery [studies=[folder,folder]]`: the pictures of results/reference/, small, with a page
that lists them.

Without `studies` a small first answer is run for it. A study's picture takes the place of an earlier one of
the same name.
"""

from __future__ import annotations

import html
import io
import re
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from ..report.pictures import Kept, newest
from ..studies import first_answer
from ..study.findings import Picture
from ..study.store import replace
from . import busy
from .scenario import CONFIGS, Mistake, compose_line
from .user_files import printable

FOLDER = CONFIGS.parent / "results" / "reference"
STUDY = [
    "size=quick",
    "seeds=8",
    "county.elders=120",
    "rows=[jiangxi,four_payers,government_led,society_led,no_money]",
    "columns=[none,tourism,handicraft]",
]
WIDTH, COLOURS = 1000, 256  # pixels, entries of the palette: legible, and about 50 kB a picture


def small(png: bytes) -> bytes:
    """The picture at WIDTH with a palette."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    height = round(image.height * WIDTH / image.width)
    buffer = io.BytesIO()
    image.resize((WIDTH, height), Image.Resampling.LANCZOS).quantize(
        COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
    ).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def markdown(text: str) -> str:
    """A study's words as one line of a page of Markdown: text, neither a link nor a tag."""
    line = html.escape(printable(" ".join(text.split())), quote=False)
    return re.sub(r"([\\`*_\[\]|~])", r"\\\1", line)


def make(studies: Sequence[Path], into: Path = FOLDER) -> list[Path]:
    """Write the pictures of the studies and README.md, the list of them; the paths."""
    taken: dict[str, tuple[Picture, Kept]] = {}
    for folder in studies:
        kept = Kept(folder)
        if kept.findings is None:
            raise Mistake(f"{folder} holds no findings.json: its experiment ended before it had an answer")
        taken |= {picture.file: (picture, kept) for picture in kept.findings.pictures}
    into.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Gallery",
        "",
        (
            "What-if results of a small study: they show what the figures look like and how to read them. "
            "Made by `python run.py gallery`."
        ),
    ]
    paths = []
    for name, (shown, kept) in taken.items():
        paths.append(into / f"{name}.png")
        replace(paths[-1], small((kept.folder / "figures" / f"{name}.png").read_bytes()))
        title = markdown(shown.title)
        lines += ["", f"## {title}", "", f"![{title}]({name}.png)", "", markdown(shown.caption)]
    commands = dict.fromkeys(
        printable(f"python run.py {shlex.join(kept.manifest['overrides'])}") for _, kept in taken.values()
    )
    models = dict.fromkeys(kept.manifest["sha256"]["code"] for _, kept in taken.values())
    lines += [
        "",
        "## Made from",
        "",
        *(f"    {command}" for command in commands),
        "",
        f"Code: SHA-256 {markdown(', '.join(models))}.",
    ]
    replace(into / "README.md", ("\n".join(lines) + "\n").encode())
    return [*paths, into / "README.md"]


def main(words: Sequence[str]) -> int:
    """The verb: `[studies=[folder,folder]] [out=folder]`; other words go to the small study, such as
    seeds=3.
    """
    studies, out, rest = list[Path](), FOLDER, list[str]()
    for word in words:
        key, _, value = word.partition("=")
        if key == "studies":
            studies = [newest(Path(word)) for word in value.strip("[]").split(",") if word]
        elif key == "out":
            out = Path(value)
        else:
            rest.append(word)
    others = [one for one in rest if not one.startswith("progress=")]
    if studies and others:
        raise Mistake(
            f"gallery: {others[0]!r} does not go with studies=; the pictures are those of the studies"
        )
    with tempfile.TemporaryDirectory() as home:
        if not studies:
            given = {word.partition("=")[0] for word in rest}
            asked = [*(word for word in STUDY if word.partition("=")[0] not in given), *rest, f"out={home}"]
            first_answer.run(compose_line(asked), asked)
            studies = list(Path(home, "first_answer").iterdir())
        busy.say("writing the pictures", "正在写出图片")
        paths = make(studies, out)
    print(f"{len(paths) - 1} pictures, {sum(path.stat().st_size for path in paths) // 1000} kB: {out}/")
    return 0

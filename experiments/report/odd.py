"""docs/odd as HTML and PDF to send to a journal: `python -m experiments.report.odd [folder]`.

Not a command of run.py: it draws a document about the code, as `experiments.report.documents` writes one,
and needs what the tests need (Markdown, which comes with mkdocs). Equations are drawn by matplotlib as
outlines inside the page, so that no host is asked and a PDF has no fonts to look for.
"""

from __future__ import annotations

import html
import importlib.util
import re
import shutil
import sys
from functools import lru_cache
from pathlib import Path

from ..command.catalogue import Mistake
from .odd_tables import FOLDER

DISPLAY = re.compile(r"^\$\$\n(.+?)\n\$\$$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<![\\$\w])\$(?! )([^$\n]+?)(?<! )\$(?![\w$])")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
TAG = re.compile(r"\s*\\tag\{(\d+)\}")
ANCHOR = re.compile(r'<a id="eq-(\w+)"></a><!-- ([\w/.]+): (\w+) -->')
INSIDE = re.compile(r'href="([\w-]+)\.md(#[\w-]+)?"')
OUTSIDE = re.compile(r'<a href="\.\./[^"]*">(.*?)</a>')
ORDER = ("core", "annex_a", "annex_b", "annex_c", "annex_d", "annex_e", "annex_f")
MOST_PAGES = 25  # of the core in print, A4
SIZE = 10.0  # of an equation's letters, points; the page scales it to its own
CLOSE, CURVES = 79, {1: "M", 2: "L", 3: "Q", 4: "C"}
POINTS = {1: 1, 2: 1, 3: 2, 4: 3}  # of a curve in matplotlib's codes
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 Georgia, "Liberation Serif", "Noto Serif", serif; color: #1a1a1a; margin: 0 auto;
  padding: 1.5rem; max-width: 62rem; }
h1, h2, h3, h4, table, nav { font-family: "Liberation Sans", "Noto Sans", Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; } h2 { font-size: 1.3rem; margin-top: 2rem; }
h3 { font-size: 1.05rem; margin-top: 1.6rem; }
code { font: .86em "Liberation Mono", "Noto Sans Mono", monospace; overflow-wrap: anywhere; }
pre { overflow-x: auto; } a { color: #0b5394; text-decoration: none; } a:hover { text-decoration: underline; }
.wide { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .8rem; line-height: 1.35; width: 100%; }
th { text-align: left; border-bottom: 1.5px solid #444; } td { border-bottom: 1px solid #ddd; }
th, td { padding: .2rem .5rem .2rem 0; vertical-align: top; }
.six td:nth-child(2), .six td:nth-child(6) { min-width: 11rem; }
.six td:first-child code { white-space: nowrap; }
.equation { display: flex; align-items: center; gap: 1rem; margin: .9rem 0; break-inside: avoid; }
.equation > div { flex: 1; overflow-x: auto; text-align: center; padding: .2rem 0; }
svg.math { fill: currentColor; overflow: visible; }
nav { font-size: .85rem; margin-bottom: 1.5rem; }
@page { size: A4; margin: 13mm 13mm 14mm; @bottom-center { content: counter(page); font-size: 8pt; } }
@media print {
  body { font-size: 9.4pt; line-height: 1.32; padding: 0; max-width: none; }
  nav { display: none; } h1 { font-size: 15pt; margin: 0 0 2mm; } p { margin: 1.4mm 0; }
  h2 { font-size: 11.5pt; margin: 4mm 0 1.5mm; } h3 { font-size: 9.5pt; margin: 3mm 0 1mm; }
  h2, h3, h4 { break-after: avoid; } .wide { overflow: visible; margin: 1.5mm 0; }
  table { font-size: 7.1pt; line-height: 1.2; } th, td { padding: .25mm 1.2mm .25mm 0; }
  tr { break-inside: avoid; } thead { display: table-header-group; }
  .six td:nth-child(2), .six td:nth-child(6) { min-width: 0; }
  .equation { margin: 1.4mm 0; } .equation > div { overflow: visible; padding: 0; } a { color: inherit; }
}
"""


def _drawn_path(path: object) -> str:
    """A matplotlib path as the `d` of an SVG path, y downwards."""
    words: list[str] = []
    for vertices, code in path.iter_segments(curves=True, simplify=False):  # type: ignore[attr-defined]
        if code == CLOSE:
            words.append("Z")
            continue
        pairs = [f"{across:.2f} {-up:.2f}" for across, up in vertices.reshape(-1, 2)[: POINTS[code]]]
        words.append(CURVES[code] + " ".join(pairs))
    return "".join(words)


@lru_cache(maxsize=512)
def drawn(tex: str) -> str:
    """An expression as inline SVG, in em of the text around it.

    Mistake where matplotlib cannot read the expression.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath, text_to_path

    letters = FontProperties(size=SIZE, math_fontfamily="stix")
    try:
        path = TextPath((0, 0), f"${tex}$", prop=letters, usetex=False)
        wide, high, deep = text_to_path.get_text_width_height_descent(f"${tex}$", letters, ismath=True)
    except ValueError as error:
        raise Mistake(f"equation {tex!r} cannot be drawn: {str(error).strip().splitlines()[-1]}") from error
    high, deep = high + 0.4, deep + 0.2
    return (
        f'<svg class="math" role="img" aria-label="{html.escape(tex, quote=True)}" '
        f'style="width:{wide / SIZE:.2f}em;height:{high / SIZE:.2f}em;vertical-align:{-deep / SIZE:.2f}em" '
        f'viewBox="0 {deep - high:.2f} {wide:.2f} {high:.2f}"><path d="{_drawn_path(path)}"/></svg>'
    )


def full(tex: str) -> str:
    """An expression on its own line, its fractions in letters of full size as in any display."""
    return tex.replace("\\frac", "\\dfrac")


def equations(text: str) -> list[tuple[int, str]]:
    """Number (0 where it has none) and expression of each equation of a page, in order."""
    found = []
    for match in DISPLAY.finditer(text):
        tag = TAG.search(match[1])
        found.append((int(tag[1]) if tag else 0, " ".join(TAG.sub("", match[1]).split())))
    return found


def inline(text: str) -> list[str]:
    """Expressions inside the sentences of a page."""
    return INLINE.findall(CODE.sub("", DISPLAY.sub("", text)))


def _display(match: re.Match[str]) -> str:
    ((number, tex),) = equations(match[0])
    return f'<div class="equation"><div>{drawn(full(tex))}</div><span>({number})</span></div>'


def body(text: str) -> str:
    """A page of Markdown as HTML, its equations drawn."""
    import markdown

    kept: list[str] = []

    def keep(made: str) -> str:
        kept.append(made)
        return f"KEPT{len(kept) - 1}KEPT"

    text = DISPLAY.sub(lambda match: keep(_display(match)), text)
    text = CODE.sub(lambda match: match[0].replace("$", "&DOLLAR;"), text)
    text = INLINE.sub(lambda match: keep(drawn(match[1])), text)
    made = markdown.markdown(text.replace("&DOLLAR;", "$"), extensions=["tables", "fenced_code", "toc"])
    made = re.sub(
        r"<table>\n<thead>\n<tr>((?:\n<th.*</th>)+)",
        lambda match: f'<div class="wide{" six" if match[1].count("<th") == 6 else ""}">{match[0]}',
        made,
    ).replace("</table>", "</table></div>")
    made = re.sub(r"<p>KEPT(\d+)KEPT</p>", r"KEPT\1KEPT", made)
    made = re.sub(r"KEPT(\d+)KEPT", lambda match: kept[int(match[1])], made)
    return OUTSIDE.sub(r"\1", INSIDE.sub(r'href="\1.html\2"', made))


def title_of(text: str) -> str:
    """The first heading."""
    return text.partition("\n")[0].lstrip("# ")


def named(name: str) -> str:
    """Core, Annex A and so on."""
    first, _, letter = name.partition("_")
    return f"{first.capitalize()} {letter.upper()}".strip()


def page(name: str) -> str:
    """One page of docs/odd as HTML that asks no host for anything."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    others = " · ".join(f'<a href="{other}.html">{named(other)}</a>' for other in ORDER)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title_of(text))}</title><style>{STYLE}</style></head>"
        f"<body><nav>{others}</nav>\n{body(text)}\n</body></html>\n"
    )


def write(folder: Path) -> list[Path]:
    """Core and annexes as HTML, as PDF where weasyprint is there, and the tables as CSV; the paths."""
    from .page import printed

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in ORDER:
        text = page(name)
        made.append(folder / f"{name}.html")
        made[-1].write_text(text, encoding="utf-8")
        if importlib.util.find_spec("weasyprint"):
            made.append(folder / f"{name}.pdf")
            made[-1].write_bytes(printed(text))
    return made + [Path(shutil.copy(table, folder)) for table in sorted(FOLDER.glob("*.csv"))]


def main(words: list[str]) -> int:
    """Write into the folder of the line, results/odd without one; exit code 1 on a mistake."""
    if len(words) > 1:
        print("python -m experiments.report.odd takes one folder, or none for results/odd", file=sys.stderr)
        return 1
    if not importlib.util.find_spec("markdown"):
        print("this needs Markdown: pip install 'mkdocs>=1.6,<2' (the extra `test`)", file=sys.stderr)
        return 1
    try:
        made = write(Path(words[0] if words else "results/odd"))
    except Mistake as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(made)} files in {made[0].parent}")
    if not any(path.suffix == ".pdf" for path in made):
        print("no PDF: that needs weasyprint>=70 (the extra `pdf`); a browser prints the same pages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""`python run.py report`: the page of a study, or its brief for print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.command import asked as words_of
from experiments.report import brief, brief_docx, page, pictures
from experiments.report.pictures import Kept


def write_brief(
    folder: Path, code: str = "en", pdf: bool = False, docx: bool = False, out: Path | None = None
) -> list[Path]:
    """Make brief.html (brief.zh.html in Chinese) and, on wish, the PDF and the docx beside it; the paths."""
    content = brief.of(Kept(folder), code)
    html = brief.html(content)
    made = {page.named("brief", code, "html"): html.encode()}
    if pdf:
        made[page.named("brief", code, "pdf")] = page.printed(html)
    if docx:
        made[page.named("brief", code, "docx")] = brief_docx.document(content)
    return page.put(out or folder, made)


def main(words: Sequence[str]) -> int:
    """The verb: `study=folder [brief=true] [pdf=true] [docx=true] [report.language=zh] [out=folder]`."""
    asked = words_of.report(words)
    folder, code = pictures.newest(Path(asked["study"])), asked["report.language"]
    pdf, docx = asked["pdf"] == "true", asked["docx"] == "true"
    out = Path(asked["out"]) if "out" in asked else None
    if asked["brief"] == "true":
        paths = write_brief(folder, code, pdf, docx, out)
    else:
        paths = page.write(folder, code, pdf, out)
    for path in paths:
        print(path)
    return 0

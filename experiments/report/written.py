"""`python run.py report`: the page of a study, or its brief for print."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from ..command import asked as words_of
from ..command import busy
from ..command.catalogue import Mistake
from . import brief, brief_docx, page, pictures
from .pictures import Kept


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


def every_form(folder: Path, code: str = "en") -> list[Path]:
    """The brief of a study as a page, and as text document and PDF where their packages are installed."""
    docx = importlib.util.find_spec("docx") is not None
    try:
        return write_brief(folder, code, pdf=importlib.util.find_spec("weasyprint") is not None, docx=docx)
    except Mistake:  # weasyprint without the libraries of the system that it draws with
        return write_brief(folder, code, docx=docx)


def main(words: Sequence[str]) -> int:
    """The verb: `study=folder [brief=true] [pdf=true] [docx=true] [report.language=zh] [out=folder]`."""
    asked = words_of.report(words)
    folder, code = pictures.newest(Path(asked["study"])), asked["report.language"]
    pdf, docx = asked["pdf"] == "true", asked["docx"] == "true"
    out = Path(asked["out"]) if "out" in asked else None
    busy.say(f"reading {folder} and making its page", f"正在读取 {folder} 并生成页面")
    if asked["brief"] == "true":
        paths = write_brief(folder, code, pdf, docx, out)
    else:
        paths = page.write(folder, code, pdf, out)
        if docx:
            written = brief_docx.document(brief.of(Kept(folder), code, whole=True))
            paths += page.put(out or folder, {page.named("report", code, "docx"): written})
    for path in paths:
        print(path)
    return 0

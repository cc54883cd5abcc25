"""`python run.py report study=<folder>`: one self-contained HTML page of a study, on wish a PDF. It asks no
host for anything.

The page is made from what the study's folder holds: findings.json, manifest.json, resolved.yaml, summary.csv,
figures/ and the stored tables. In Chinese (findings.zh.json) figures that the experiment did not draw so are
drawn anew; where it wrote in English alone the page says so.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from sim.state.parameters import GRADES, Parameters

from ..command import busy
from ..command.paths import command
from ..command.scenario import Mistake
from ..command.user_files import read_bytes
from ..study import store
from ..study.findings import Findings, Picture, findings_path
from . import first_pages, glossary, pictures, style
from .given import county_said, made_of
from .page_tables import failures, given, headed, number, parameters, provenance, spread, whole
from .pictures import Kept
from .style import phrase, tell, words
from .vector import cleaned

MOST_BYTES = 50_000_000  # of a picture
FIRST = (
    "question",
    "answer",
    "which",
    "cost",
    "sure",
    "fails",
    "watch",
)  # the rest is folded
SENSITIVE = (
    "indices",
    "tornado",
    "inputs",
    "morris",
    "noise",
    "convergence",
)  # pictures whose file name begins so belong to that section


def names() -> dict[str, str]:
    """Section key -> heading, in order."""
    return {
        "question": tell("The question", "问题"),
        "answer": tell("The answer", "回答"),
        "which": tell("Which villages", "哪些村"),
        "cost": tell("What it costs", "花费"),
        "sure": tell("How sure", "把握多大"),
        "fails": tell("What fails", "哪里失败"),
        "watch": tell("What to watch", "该看什么"),
        "written": tell("What was expected before the runs", "运行前的预期"),
        "figures": tell("Figures", "图"),
        "tables": tell("Tables", "表格"),
        "failures": tell("What fails and why", "哪里失败、为何失败"),
        "sensitivity": tell("What it depends on", "敏感性"),
        "limits": tell("Limits", "局限"),
        "numbers": tell("All numbers", "全部数字"),
        "parameters": tell("Parameters and their sources", "参数及来源"),
        "words": tell("Words", "用语"),
        "reproduce": tell("How to run it again", "如何重现"),
    }


def phrases(parameters: Parameters) -> dict[str, str]:
    """The standing text of the page of a study that has these."""
    county = county_said(parameters)
    return {
        "skip": tell("To the text", "跳至正文"),
        "contents": tell("Details", "详细内容"),
        "study": tell("Study", "研究"),
        "whatif": tell(
            (
                f"What-if results: they say what follows in {county} if the rules and figures "
                "written here hold. They compare options and are no statement about a real county."
            ),
            (
                f"情景推演结果：说明若此处所写规则与数值成立，在{county}里会出现什么。用于比较方案，"
                "并非对任何真实县的陈述。"
            ),
        ),
        "hypothesis": tell("Written before the runs:", "运行前写下的假设："),
        "built_in": tell("What could have built it in:", "可能使结果先天成立的因素："),
        "verdict": tell("Verdict:", "判断："),
        "no_hypothesis": tell("Nothing was tested: the study describes.", "未作检验：本研究只作描述。"),
        "full": tell("The answer in full", "完整回答"),
        "find": tell("Find a parameter:", "查找参数："),
        "elsewhere": tell(
            "All others stand in the HTML page, to be searched, and in resolved.yaml of the study.",
            "其余参数见网页版（可查找）及研究文件夹中的 resolved.yaml。",
        ),
        "no_tables": tell("This study has no tables.", "本研究没有表格。"),
        "no_numbers": tell("This study has no summary.csv.", "本研究没有 summary.csv。"),
        "no_figures": tell("This study has no figures.", "本研究没有图。"),
        "no_failures": tell(
            "No village and no run failed, or none was stored.", "没有失败的村或运行，或未保存。"
        ),
        "grades": tell(
            "Grades: " + "; ".join(f"{grade} {v}" for grade, v in GRADES.items()),
            "等级：A 官方或同行评审；B 报道；C 推算；D 假设或选择",
        ),
        "again": tell(
            "From the folder of the project, with the versions below:", "在项目文件夹中，使用下列版本："
        ),
        "generator": tell(
            (
                "Every random draw is a function of (seed, purpose, identity, month, index); the seeds of "
                "the runs are numbered children of the root seed in resolved.yaml. The order of "
                "execution is the table of the month in docs/odd/month.csv."
            ),
            (
                "每个随机数由（种子、用途、个体、月份、序号）唯一决定；各次运行的种子由 resolved.yaml "
                "中的根种子派生。执行顺序见 docs/odd/month.csv 的月度表。"
            ),
        ),
    }


def standing_limits(parameters: Parameters) -> list[str]:
    """What holds for every study, of a county that has these."""
    return [
        tell(
            (
                f"{made_of(parameters)}; parameters of grade D are assumptions with wide ranges, and a "
                "result holds only as far as they do."
            ),
            f"{made_of(parameters)}；D 级参数为范围较宽的假设，结果只在其成立的范围内有效。",
        ),
        tell(
            (
                "Intervals take the seed as unit. They hold luck and, where parameters are drawn, what is "
                "not known of them; they do not hold rules that are wrong."
            ),
            "区间以随机种子为单位，包含运气以及（抽取参数时）参数的不确定，但不包含规则本身的错误。",
        ),
        tell(
            (
                "Viability is one definition with thresholds that are parameters; another definition can "
                "rank options differently."
            ),
            "“可持续”是一个带门槛参数的定义；换一个定义，方案排序可能不同。",
        ),
    ]


# -- figures
# -----------------------------------------------------------------------------------------------------------
def inline(svg: str, name: str, title: str, text: str) -> Markup:
    """A matplotlib SVG as part of the page.

    Ids of its own, a title and a description, no address, no fixed size.
    """
    svg = cleaned(svg)
    box = _cropped(svg)
    svg = (
        re.sub(r'\bid="', f'id="{name}-', svg)
        .replace('xlink:href="#', f'href="#{name}-')
        .replace("url(#", f"url(#{name}-")
    )
    said = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(text)}</desc>'
    opening = f'<svg {box} role="img" aria-labelledby="{name}-title {name}-desc">{said}'
    return Markup(re.sub(r"<svg[^>]*>", lambda _: opening, svg, count=1))


def _cropped(svg: str) -> str:
    """The view box without the title and caption that `style.finish` drew.

    The page says both in its own letters.
    """
    found = re.search(r'viewBox="([\d. -]+)"', svg)
    if not found:
        return ""
    left, upper, width, height = map(float, found[1].split())
    top, bottom = (
        float(match[1]) if (match := re.search(rf'id="{part}-([\d.]+)"', svg)) else 0.0
        for part in ("title", "caption")
    )
    return f'viewBox="{left:g} {upper + top * height:.1f} {width:g} {(1 - top - bottom) * height:.1f}"'


def shown(picture: Picture, folder: Path, note: str = "") -> dict[str, Any]:
    """A picture for the page: SVG inline, else PNG inside the page; Mistake where neither is there."""
    svg, png = folder / f"{picture.file}.svg", folder / f"{picture.file}.png"
    for path in (svg, png):
        if path.is_symlink() or (path.exists() and folder.resolve() not in path.resolve().parents):
            raise Mistake(f"{path} leads out of the study: put the picture itself there")
    if svg.exists():
        image = store.stored(
            svg,
            lambda text: inline(text, f"fig-{picture.file}", picture.title, picture.caption),
            "run the experiment again, it draws it anew",
        )
    elif png.exists():
        data = base64.b64encode(read_bytes(png, MOST_BYTES)).decode()
        image = Markup('<img alt="{}" src="data:image/png;base64,{}">').format(
            f"{picture.title} {picture.caption}", data
        )
    else:
        raise Mistake(f"{folder} holds no figure {picture.file}: run the experiment again")
    return {"title": picture.title, "caption": picture.caption, "image": image, "note": note}


def figures_of(kept: Kept, findings: Findings, code: str) -> tuple[list[dict[str, Any]], bool]:
    """Pictures in the language of the page.

    The experiment's own, or drawn anew where the stored tables allow. False: no font.
    """
    folder, done, anew = kept.folder / "figures", True, {}
    if code != "en" and kept.findings is not None:
        if (
            findings.pictures != kept.findings.pictures
        ):  # said, and drawn where there was a font, by the experiment
            anew = {
                picture.file: picture
                for picture in findings.pictures
                if (folder / code / f"{picture.file}.svg").exists()
            }
        else:
            drawn, done = pictures.redraw(kept, code, folder / code)
            anew = {picture.file: picture for picture in drawn} if done else {}
    note = tell("", "（图中文字为英文。）") if code != "en" else ""
    return [
        {
            "file": picture.file,
            **(
                shown(anew[picture.file], folder / code)
                if picture.file in anew
                else shown(picture, folder, note)
            ),
        }
        for picture in findings.pictures
    ], done


# -- the page
# ----------------------------------------------------------------------------------------------------------


def notices(kept: Kept, status: str, drawn: bool, code: str) -> list[str]:
    """What stands above the findings: an unfinished study, pictures or sentences in English alone."""
    said = []
    if status != "finished":
        said.append(
            tell(
                f"The study is {status}: what follows rests on the runs that were finished.",
                f"研究状态：{status}；以下仅依据已完成的运行。",
            )
        )
    if not drawn:
        said.append(tell("", "本机没有中文字体，图中文字为英文。"))
    if code != "en" and not findings_path(kept.folder, code).exists():
        said.append(tell("", "本实验的句子只有英文。"))
    return said


def findings_of(kept: Kept, code: str) -> Findings:
    """What a study found, in a language; Mistake where it has no answer, or runs it rests on are gone."""
    if kept.findings is None:
        raise Mistake(
            f"{kept.folder} holds no findings.json: its experiment ended before it had an answer; run "
            f"it again"
        )
    if kept.manifest["status"] == "finished" and kept.results.wanted:
        kept.results.runs()
    return Findings.load(kept.folder, code)


def leading(found: list[dict[str, Any]], apart: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The picture of the first pages: the first that is no taller than wide."""
    for picture in found:
        box = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', picture["image"])
        if picture not in apart and (box is None or float(box[2]) <= float(box[1])):
            return picture
    return None


@lru_cache(maxsize=1)
def script() -> tuple[str, str]:
    """The one script of the page, and the policy that lets it and nothing else run or load."""
    text = Path(__file__).with_name("page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    allowed = {"script-src": f"'sha256-{digest}'", "style-src": "'unsafe-inline'", "img-src": "data:"}
    return text, "; ".join(["default-src 'none'", *(f"{key} {value}" for key, value in allowed.items())])


def page(kept: Kept, code: str, unfolded: bool = False) -> str:
    """The HTML of a study in a language; `unfolded` for print, where nothing can be opened."""
    findings = findings_of(kept, code)
    with style.speaking(code):
        found, done = figures_of(kept, findings, code)
        apart = [picture for picture in found if picture["file"].startswith(SENSITIVE)]
        manifest, status = kept.manifest, str(kept.manifest.get("status", ""))
        counts = ", ".join(
            f"{manifest[key]} {tell(*pair)}"
            for key, pair in {"runs": ("runs", "次运行"), "failed": ("failed", "次失败")}.items()
            if key in manifest
        )
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["figures"], environment.filters["terms"] = number, glossary.marked
        first, lead = first_pages.of(kept, findings), leading(found, apart)
        told, policy = script()
        return environment.get_template("page.html.j2").render(
            lang={"en": "en", "zh": "zh-Hans"}[code],
            t=phrases(kept.parameters),
            name=names(),
            details=[(key, name) for key, name in names().items() if key not in FIRST],
            first=first,
            lead=lead,
            answer=list(map(first_pages.shortened, findings.sentences)),
            unfolded=unfolded,
            script=Markup(told),
            policy=Markup(policy),
            glossary=glossary.listed(),
            title=tell(
                f"Village mutual aid: {words(manifest['experiment'])}",
                f"农村互助养老：{phrase(manifest['experiment'])}",
            ),
            experiment=manifest["experiment"],
            id=manifest["id"],
            status=", ".join(
                value
                for value in (
                    str(manifest.get("finished", manifest.get("started", "")))[:10],
                    phrase(status),
                    counts,
                )
                if value
            ),
            notice=" ".join(notices(kept, status, done, code)),
            findings=findings,
            tables=[headed(table) for table in findings.tables],
            verdict=words(findings.verdict),
            summary=whole(kept),
            pictures=[picture for picture in found if picture not in apart and picture is not lead],
            sensitivity=apart,
            failures=[*failures(kept), *given(kept, findings)],
            spread=spread(kept, apart),
            limits=[*findings.limits, *standing_limits(kept.parameters)],
            parameters=parameters(kept),
            provenance=provenance(kept),
            command=command(*manifest.get("overrides", [])),
        )


def put(into: Path, made: Mapping[str, bytes]) -> list[Path]:
    """Write files by name; the paths. Mistake where the folder takes none."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            store.replace(into / name, content)
    except OSError as error:
        raise Mistake(
            f"the report cannot be written to {str(into)!r}: {(error.strerror or str(error)).lower()}; set "
            "out=folder"
        ) from error
    return [into / name for name in made]


def write(folder: Path, code: str = "en", pdf: bool = False, out: Path | None = None) -> list[Path]:
    """Make report.html (report.zh.html in Chinese) and, on wish, the PDF beside it; the paths."""
    kept = Kept(folder)
    made = {named("report", code, "html"): page(kept, code).encode()}
    if pdf:
        busy.say("setting the pages of the PDF", "正在排版 PDF")
        made[named("report", code, "pdf")] = printed(page(kept, code, unfolded=True))
    return put(out or folder, made)


def named(stem: str, code: str, suffix: str) -> str:
    """A file's name: that of the language before its suffix, but for English."""
    return f"{stem}.{suffix}" if code == "en" else f"{stem}.{code}.{suffix}"


def printed(html: str) -> bytes:
    """The page as PDF; nothing is fetched."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise Mistake(
            "pdf=true needs weasyprint: pip install 'weasyprint>=70' (the extra `pdf`), or print the "
            "HTML page from a browser"
        ) from error
    return bytes(HTML(string=html, url_fetcher=URLFetcher(allowed_protocols={"data"})).write_pdf())

"""One look for all figures: Agg, Okabe-Ito colours (told apart by the colour-blind), SVG with the same bytes
each time.

Labels stand in English and Chinese beside each other; `language("zh")` draws the Chinese where a font has
them.
"""

from __future__ import annotations

import contextlib
import io
import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.figure import Figure

from sim.state.yaml12 import load

from .. import outcomes
from ..command import own_folder
from ..study.dials import DIALS
from ..study.findings import Findings, Picture
from ..study.parts import make_folder, replace
from . import points

ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK, GREY = (
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
    "#999999",
)
DARK = "#444444"
LINES = (BLUE, RED, GREEN, ORANGE, PINK, SKY, "black", GREY)  # YELLOW is too light for a line
DASHES = (
    "-",
    "--",
    "-.",
    ":",
    (0, (5, 1)),
    (0, (3, 1, 1, 1)),
    (0, (1, 1)),
    (0, (8, 2)),
)  # told apart in grey print too
CLASS_COLOURS = dict(
    viable=GREEN,
    does_not_serve=ORANGE,
    does_not_pay=SKY,
    not_open=RED,
    under_serving=ORANGE,
    recovered=SKY,
    closed=RED,
    too_young=PINK,
    never_opened=GREY,
)
PAYER_COLOURS = dict(government=BLUE, collective=ORANGE, families=GREEN, society=PINK, business=YELLOW)
LANGUAGES = ("en", "zh")
ACROSS = 4  # plots beside each other in a figure of many
FONTS = (  # Chinese ones that systems have; the first that is found is taken
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Heiti SC",
    "Droid Sans Fallback",
)
FILES = (
    "cjk",
    "sourcehan",
    "wqy",
    "msyh",
    "simhei",
    "pingfang",
    "droidsansfallback",
)  # their files, in lower case
SETTINGS = {
    "svg.hashsalt": "mutual-aid-sim",
    "svg.fonttype": "path",
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    "axes.unicode_minus": False,
}
matplotlib.rcdefaults()  # a file of settings in the working folder has no say
plt.rcParams.update(SETTINGS)

LABELS: dict[str, tuple[str, str]] = {  # key -> English, Chinese
    "viable": ("viable", "可持续"),
    "under_serving": ("under-serving", "服务不足"),
    "recovered": ("recovered", "曾关闭后恢复"),
    "closed": ("closed", "已关闭"),
    "too_young": ("too young", "开办不足三年"),
    "never_opened": ("never opened", "从未开办"),
    "shut_before": ("shut before the first month, never reopened", "首月之前已关闭，未再开放"),
    "never reopened": ("never reopened", "未再开放"),
    "none": ("no business", "无产业"),
    "tourism": ("tourism", "旅游"),
    "agriculture": ("agriculture", "特色农业"),
    "handicraft": ("handicraft", "手工艺"),
    "portfolio": ("portfolio", "产业组合"),
    "deposit": ("deposit (for comparison)", "存款（对照）"),
    "feixiang": ("Feixiang (collective + subsidy)", "肥乡（集体+补贴）"),
    "jiangxi": ("Jiangxi (elders + government)", "江西（老人+政府）"),
    "four_payers": ("four payers (a little each)", "四方各出一点"),
    "seed_taper": ("seed money that tapers", "逐年递减的启动资金"),
    "government_led": ("government-led", "政府为主"),
    "society_led": ("society-led", "社会为主"),
    "families_pay": ("families pay", "家庭付费"),
    "identical_payers": ("identical payers (for comparison)", "四方相同（对照）"),
    "no_money": ("no money (for comparison)", "无资金（对照）"),
    "government": ("government", "政府"),
    "collective": ("collective", "村集体"),
    "families": ("families", "家庭"),
    "society": ("society", "社会"),
    "business": ("business", "产业"),
    "family": ("family", "家人"),
    "mutual": ("mutual aid", "互助"),
    "professional": ("paid care", "专业服务"),
    "unmet": ("unmet", "未满足"),
    "unpaid": ("unpaid", "未付"),
    "plain": ("plain", "普通村"),
    "scenic": ("scenic", "景区村"),
    "craft": ("craft heritage", "手艺村"),
    "near_town": ("near town", "近郊村"),
    "meals": ("meals", "助餐"),
    "cleaning": ("cleaning", "助洁"),
    "mobility": ("mobility, errands", "出行代办"),
    "escort": ("medical escort", "陪医"),
    "emergency": ("emergency", "应急"),
    "rehabilitation": ("rehabilitation", "康复"),
    "prevention": ("prevention", "预防宣传"),
    "companionship": ("companionship", "陪伴探访"),
    "personal_care": ("personal care", "个人照护"),
    "practised": ("as practised", "按现行做法"),
    "envelope": ("equal pledged envelope", "承诺资金总额相同"),
    "closed: money": ("closed: money", "关闭：资金"),
    "closed: users": ("closed: users", "关闭：用户"),
    "closed: helpers": ("closed: helpers", "关闭：帮手"),
    "closed: leader": ("closed: leader", "关闭：带头人"),
    "closed: keeper": ("closed: keeper", "关闭：无人值守"),
    "closed: accident": ("closed: accident", "关闭：事故"),
    "closed: room": ("closed: room", "关闭：房屋"),
    "closed: unfit_plan": ("closed: unfit plan", "关闭：方案不适"),
    "open too seldom": ("open too seldom", "开放过少"),
    "does not pay": ("does not pay", "付不起"),
    "serves too few": ("serves too few", "服务过少"),
    "keeper": ("keeper", "无人值守"),
    "accident": ("accident", "事故"),
    "room": ("room", "房屋不适"),
    "unfit_plan": ("unfit plan", "方案不适"),
    "not_open": ("not open", "未开放"),
    "collective_families": ("collective, then families", "村集体，再由家庭"),
    "families_collective": ("families, then collective", "家庭，再由村集体"),
    "government_collective_families": ("government, collective, families", "政府、村集体、家庭依次"),
    "shared": ("shared", "按比例分担"),
    "neighbours": ("neighbours only", "仅邻里互助"),
    "station_days": ("station days without meals", "站点开放日（不供餐）"),
    "tables_at_home": ("tables at home", "农户餐桌"),
    "self_cooked": ("meals cooked by a rota", "轮流做饭"),
    "canteen": ("canteen", "食堂"),
    "canteen_with_guests": ("canteen with guests", "对外食堂"),
    "funnel": ("funnel", "漏斗（开办至可持续）"),
    "strict": ("strict, as before", "原定义"),
    "does_not_pay": ("does not pay", "付不起"),
    "does_not_serve": ("does not serve", "服务不到位"),
    "bills or long cuts": ("bills or long cuts", "欠账或长期缩减"),
    "too few hours": ("too few hours", "时数太少"),
    "too few visits": ("too few visits", "探访太少"),
    "never opened": ("never opened", "从未开办"),
    "opened too late": ("opened too late", "开办太晚"),
    "money": ("money", "资金"),
    "users": ("users", "用户"),
    "helpers": ("helpers", "帮手"),
    "leader": ("leader", "带头人"),
    "bills": ("bills", "欠账"),
    "hours": ("hours", "时数"),
    "visits": ("visits", "探访"),
    "unopened": ("unopened", "未开办"),
    "late": ("late", "太晚"),
    "supported": ("supported", "得到支持"),
    "not supported": ("not supported", "未得到支持"),
    "built in": ("built in", "由设定决定"),
    "undecided": ("undecided", "尚不能判断"),
    "first_answer": ("first answer", "初步回答"),
    "sensitivity": ("sensitivity", "敏感性"),
    "policies": ("policies", "政策"),
    "ablation": ("ablation", "逐一关闭各部分"),
    "weak": ("weak", "弱"),
    "middle": ("middle", "中"),
    "rich": ("rich", "强"),
    "baseline": ("baseline", "基准"),
    "smoke": ("smoke", "试运行"),
}
_now = ["en"]


@lru_cache(maxsize=1)
def chinese_font() -> str | None:
    """The first Chinese font of FONTS on this machine.

    One installed after matplotlib's font list was made is found too.
    """
    have = {font.name for font in font_manager.fontManager.ttflist}
    if not have & set(FONTS):
        for path in font_manager.findSystemFonts():
            if any(part in Path(path).name.lower().replace("-", "") for part in FILES):
                font_manager.fontManager.addfont(path)
        have = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in have), None)


@contextlib.contextmanager
def speaking(code: str) -> Iterator[None]:
    """`tell` and `words` answer in this language."""
    before, _now[0] = _now[0], code
    try:
        yield
    finally:
        _now[0] = before


@contextlib.contextmanager
def language(code: str) -> Iterator[bool]:
    """Draw labels in this language.

    False where Chinese was asked for and no font has it: then they stay English.
    """
    font = chinese_font() if code == "zh" else None
    family = [font, "DejaVu Sans"] if font else SETTINGS["font.family"]
    with speaking("zh" if font else "en"), plt.rc_context({"font.family": family}):
        yield code == "en" or font is not None


def both(make: Callable[[], Findings], folder: Path) -> Findings:
    """Keep what an experiment found in each language.

    The English one. `make` uses `tell` and `words` and may draw into `figures_in`.
    """
    said = {}
    for code in LANGUAGES:
        with language(code), speaking(code):
            said[code] = make()
        said[code].save(folder, code)
    return said["en"]


def figures_in(study: Path) -> Path:
    """Where a study keeps its figures in the language that is spoken."""
    return study / "figures" / tell("", "zh")


def tell(english: str, chinese: str) -> str:
    """The one of the two that is wanted now."""
    return chinese if _now[0] == "zh" else english


def _kept(file: str) -> Any:
    return load(Path(__file__).with_name(file).read_text(encoding="utf-8"), file)


@own_folder.remakes
@lru_cache(maxsize=1)
def chinese_names() -> dict[str, dict[str, str]]:
    """parameters_zh.yaml and words.yaml of own folders: Chinese names of sections, parameters by path, and
    units.
    """
    found: dict[str, dict[str, str]] = _kept("parameters_zh.yaml")
    return {kind: names | own_folder.words(kind) for kind, names in found.items()}


@own_folder.remakes
@lru_cache(maxsize=1)
def translated() -> dict[str, str]:
    """English text -> Chinese: words_zh.yaml and outcomes; below them LABELS by key and by English, below
    these the sections.
    """
    labels = {text: zh for key, (en, zh) in LABELS.items() for text in (key, en)}
    return {
        **chinese_names()["sections"],
        **labels,
        **_kept("words_zh.yaml"),
        **outcomes.translations(),
        **own_folder.words("words"),
    }


def phrase(english: str) -> str:
    """A text that is written once, in English; its Chinese pair where there is one."""
    return tell(english, translated().get(english, english))


def words(name: str) -> str:
    """A key as a label for readers.

    Scenario names (panel/funding/business), and Chinese ones between commas, are put together from their
    parts.
    """
    if "/" in name:
        return tell(", ", "，").join(words(part) for part in name.split("/"))
    if name in LABELS:
        return tell(*LABELS[name])
    path, held, _ = name.partition(" = ")
    if held and path in chinese_names()["parameters"]:  # a condition: the path is what the tables list
        return tell(name, _part(name))
    return tell(
        name.replace("_", " "), translated().get(name) or "，".join(_part(part) for part in name.split(", "))
    )


def _part(part: str) -> str:
    """A part of a name in Chinese: a label, a parameter or a group with what it is set to, a multiple."""
    key, held, value = part.partition("=")
    if held:
        key = key.strip()
        called = chinese_names()["parameters"].get(key) or translated().get(key, key)
        return f"{called} = {words(value.strip())}"
    mix, times, factor = part.rpartition(" x ")
    if times:
        return f"{words(mix)} × {factor}"
    spaced = part.replace("_", " ")
    forms = (part, spaced, spaced.replace(" ", "_"))
    return next((translated()[form] for form in forms if form in translated()), spaced)


def input_name(name: str) -> str:
    """An input of a sensitivity study: a group by its words, a parameter by its path, in Chinese its name; of
    parameters that act as one the first, and how many they are.
    """
    members = [member.lstrip("-") for member in DIALS.get(name, name).split()]
    called = chinese_names()["parameters"].get(members[0]) or phrase(name)
    return tell(phrase(name), f"{called}等 {len(members)} 项" if len(members) > 1 else called)


LETTER = 0.57  # mean width of a Latin letter, in sizes of the font; a Chinese sign is one wide
INK = 0.04  # inches by which letters reach over the box of their text
NEVER_FIRST = "，。；：、！？）】》”’％%,.;:!?)"  # signs that open no line


def wrapped(text: str, inches: float, size: float) -> str:
    """`text` in lines of at most `inches` at a font size; a Chinese sentence may break between its signs."""
    room = inches * 72 / size
    return "\n".join(line for part in text.split("\n") for line in _lines(part, room))


def wide(text: str) -> float:
    """Width of a text, in sizes of the font."""
    return sum(1.0 if ord(sign) > 0x2E80 or sign in "“”‘’…—" else LETTER for sign in text)


def _lines(text: str, room: float) -> list[str]:
    """Words, and Chinese signs with what may not open a line, put into lines one after the other."""
    closing = re.escape(NEVER_FIRST)
    pieces = re.findall(rf"\s*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[{closing}]*", text)
    lines = [""]
    for piece in pieces:
        if lines[-1] and wide(lines[-1] + piece) > room:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def capital(text: str) -> str:
    """With a capital first letter, unless a parameter's path comes first."""
    return text if "." in text.split(" ", 1)[0].strip(".,") else text[:1].upper() + text[1:]


def small_multiples(count: int, tall: float) -> tuple[Figure, list[Any]]:
    """A figure of `count` plots of one list of rows, four beside each other, so that letters stay readable;
    all beside each other where it would be taller than wide.

    `tall`: inches of a plot's rows.
    """
    across, one = min(count, ACROSS), 1.9
    down = math.ceil(count / across)
    if 0.9 + down * (0.9 + tall) > 2.4 + one * across:
        across, down, one = count, 1, 1.5
    size = (2.4 + one * across, 0.9 + down * (0.9 + tall))
    figure, axes = plt.subplots(down, across, figsize=size, layout="constrained", squeeze=False, sharey=True)
    for axis in axes.flat[count:]:
        axis.set_axis_off()
    return figure, list(axes.flat[:count])


_drawing = [True]


@contextlib.contextmanager
def undrawn() -> Iterator[None]:
    """Figures made inside say their finding and are not written: words come before pictures."""
    before, _drawing[0] = _drawing[0], False
    try:
        yield
    finally:
        _drawing[0] = before


def finish(figure: Figure, title: str, caption: str, folder: Path, name: str) -> Picture:
    """Put the finding on top and the caption below, write PNG and SVG, and say what the picture is.

    In Chinese without a Chinese font nothing is written: a page then shows the English picture under these
    words.
    """
    inches, title, caption = float(figure.get_figwidth()) - 0.2, capital(title), capital(caption)
    if not _drawing[0] or (tell("", "zh") and not chinese_font()):
        plt.close(figure)
        return Picture(name, " ".join(title.split("\n")), caption)
    above = figure.suptitle(wrapped(title, inches, 10.5), x=0.01, ha="left", fontsize=10.5)
    below = figure.supxlabel(wrapped(caption, inches, 7.5), x=0.01, ha="left", fontsize=7.5, color=DARK)
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.06)  # type: ignore[union-attr, call-arg]
    figure.get_layout_engine().execute(figure)  # type: ignore[union-attr]
    figure.set_layout_engine(None)  # placed once: with an engine, even an idle one, each file is drawn twice
    height, ink = figure.bbox.height, INK * figure.dpi
    above.set_gid(
        f"title-{1 - (above.get_window_extent().y0 - ink) / height:.4f}"
    )  # a page that says both cuts these shares off
    below.set_gid(f"caption-{(below.get_window_extent().y1 + ink) / height:.4f}")
    save(figure, folder, name)
    return Picture(name, " ".join(title.split("\n")), caption)


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write PNG and SVG; the SVG carries no date."""
    make_folder(folder)
    paths = []
    for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata=metadata)
        paths.append(folder / f"{name}.{kind}")
        content = buffer.getvalue()
        if kind == "svg":  # values for who rests on a mark
            content = content.replace(b"</svg>", points.svg(figure).encode() + b"</svg>")
        replace(paths[-1], content)
    plt.close(figure)
    return paths

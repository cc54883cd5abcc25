"""What is said of the reproductions: how many hold, every claim with its numbers, what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..report.style import figures_in, phrase, tell
from ..study.findings import Findings, ShownTable
from . import picture
from .claims import (
    ERRORS,
    NOT,
    OPEN,
    REPRODUCED,
    ROOM,
    SIGN_ERRORS,
    Published,
    Reproduction,
)


def title(published: Published) -> str:
    """In the language that is spoken."""
    return tell(published.title, published.chinese)


def findings(wanted: Sequence[Published], found: Sequence[Reproduction], folder: Path) -> Findings:
    """Sentences, a table of models, a table of claims, a picture a model."""
    pairs = list(zip(wanted, found, strict=True))
    return Findings(
        tell(
            "Does the model contain published models as its limits?",
            "本模型能否在特定条件下重现已发表的模型？",
        ),
        sentences(pairs),
        [table(pairs), claims(pairs)],
        [picture.draw(one, reproduction, figures_in(folder)) for one, reproduction in pairs],
        limits(pairs),
    )


def limits(pairs: Sequence[tuple[Published, Reproduction]]) -> list[str]:
    """What is left out of each model, and why a claim of it that is known to fail does."""
    said = []
    for one, reproduction in pairs:
        if one.left:
            said.append(
                tell(
                    f"{one.title}: left out: {one.left}",
                    f"{one.chinese}：未纳入：{one.left_chinese}",
                )
            )
        chinese = {claim.english: claim.chinese for claim in reproduction.claims}
        said += [
            tell(
                f'{one.title}: why not "{known["claim"]}": {known["why"]}',
                f"{one.chinese}：“{chinese[known['claim']]}”未重现的原因：{known['chinese']}",
            )
            for known in one.known
            if known["claim"] in reproduction.missed
        ]
    return said


def sentences(pairs: Sequence[tuple[Published, Reproduction]]) -> list[str]:
    """How many hold, which do not, what counts."""
    verdicts = [reproduction.verdict for _, reproduction in pairs]
    held, every = verdicts.count(REPRODUCED), sum(len(reproduction.claims) for _, reproduction in pairs)
    met = sum(claim.verdict == REPRODUCED for _, reproduction in pairs for claim in reproduction.claims)
    failing = [one for one, reproduction in pairs if reproduction.verdict == NOT]
    told = [one for one, reproduction in pairs if reproduction.verdict == OPEN]
    found = [
        tell(
            f"{held} of {len(pairs)} published models are reproduced, {met} of {every} claims.",
            f"{len(pairs)} 个已发表模型中重现了 {held} 个，{every} 项论断中 {met} 项成立。",
        )
    ]
    if failing:
        names = tell("; ", "；").join(map(title, failing))
        found.append(tell(f"Not in all claims: {names}.", f"并非每项论断都成立的：{names}。"))
    if told:
        names = tell("; ", "；").join(map(title, told))
        found.append(tell(f"Cannot be told in some: {names}.", f"部分论断无法判断的：{names}。"))
    found.append(
        tell(
            f"A value counts as reproduced within {ERRORS:g} standard errors and {ROOM:g}, a sign where it "
            f"is {SIGN_ERRORS:g} standard errors from nothing; targets are closed forms or published "
            f"figures, never numbers of this model.",
            f"数值在 {ERRORS:g} 个标准误加 {ROOM:g} 之内、方向在距零 {SIGN_ERRORS:g} "
            f"个标准误之外，即视为重现；目标值取自封闭解或已发表的数字，从不取自本模型。",
        )
    )
    return found


def table(pairs: Sequence[tuple[Published, Reproduction]]) -> ShownTable:
    """A row a model."""
    rows = [
        [
            one.name,
            title(one),
            tell(one.rules, one.rules_chinese),
            one.source,
            f"{sum(claim.verdict == REPRODUCED for claim in reproduction.claims)}/{len(reproduction.claims)}",
            phrase(reproduction.verdict),
        ]
        for one, reproduction in pairs
    ]
    heads = ["id", "published model", "rules, and how they are set here", "source", "claims met", "verdict"]
    return ShownTable(phrase("Published models"), [phrase(head) for head in heads], rows)


def shown(number: float, digits: int) -> str:
    """To so many digits; whole numbers from a hundred on are written out, never as a power of ten."""
    return f"{number:,.0f}" if 100 <= abs(number) < 1e9 else f"{number:.{digits}g}"


def claims(pairs: Sequence[tuple[Published, Reproduction]]) -> ShownTable:
    """A row a claim."""
    rows = [
        [
            one.name,
            tell(claim.english, claim.chinese),
            tell("above 0", "大于 0") if claim.target is None else f"{claim.target:.4g}",
            shown(claim.found, 4),
            shown(claim.error, 2),
            phrase(claim.verdict),
        ]
        for one, reproduction in pairs
        for claim in reproduction.claims
    ]
    heads = ["id", "claim", "target", "found", "standard error", "verdict"]
    return ShownTable(phrase("Every claim"), [phrase(head) for head in heads], rows)

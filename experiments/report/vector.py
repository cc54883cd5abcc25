"""SVG of a study as part of a page: shapes and letters, nothing that runs or asks a host for anything.

A study may come from others, so that what its pictures hold is held against a list of what is allowed.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
SHAPES = """
svg g defs path use clipPath rect circle ellipse line polyline polygon text tspan title desc symbol
marker mask pattern linearGradient radialGradient stop image
"""
SAID = """
id class style transform d x y x1 y1 x2 y2 cx cy r rx ry fx fy width height viewBox version points fill
stroke opacity offset preserveAspectRatio clip-path clip-rule fill-rule fill-opacity stroke-width stroke-
opacity stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stroke-miterlimit stop-color
stop-opacity gradientUnits gradientTransform patternUnits patternTransform patternContentUnits
clipPathUnits maskUnits maskContentUnits spreadMethod markerWidth markerHeight refX refY orient
markerUnits overflow mask marker-start marker-mid marker-end font-size font-family font-weight font-style
font-variant font-stretch text-anchor dominant-baseline xml:space shape-rendering image-rendering
"""
ELEMENTS, ATTRIBUTES = frozenset(SHAPES.split()), frozenset(SAID.split())
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]*")
FOREIGN = re.compile(
    r"url\((?!\s*['\"]?#)|[@\\<]|/\*|expression|image-set|script:|src\(|image\(", re.IGNORECASE
)
_NAMES = {f"{{{XLINK}}}href": "href", "{http://www.w3.org/XML/1998/namespace}space": "xml:space"}


def cleaned(svg: str) -> str:
    """The picture from <svg on: as it is where it holds nothing but what is allowed, else rebuilt without
    the rest; ValueError where it is no SVG or declares entities.
    """
    body = svg[svg.index("<svg") :]
    for start, end in (("<metadata>", "</metadata>"), ("<style", "</style>"), ("<!--", "-->")):
        body = re.sub(f"{start}.*?{end}", "", body, flags=re.DOTALL)
    if re.search(r"<!DOCTYPE|<!ENTITY", body, re.IGNORECASE) or re.search(r"<!ENTITY|<!DOCTYPE[^>]*\[", svg):
        raise ValueError("an SVG that declares entities")
    root = ElementTree.fromstring(body)
    if root.tag != f"{{{SVG}}}svg":
        raise ValueError("no SVG")
    if _clean(root) or "<!" in body or "<?" in body:
        return _text(root)
    return body


def _clean(element: ElementTree.Element) -> bool:
    """Take out of an element what is not allowed, at any depth; whether anything was."""
    waiting, changed = [element], False
    while waiting:
        one = waiting.pop()
        for name, value in list(one.attrib.items()):
            if not _allowed(one.tag, _NAMES.get(name, name), value):
                del one.attrib[name]
                changed = True
        for child in list(one):
            if not _element(one, child):
                one.remove(child)
                changed = True
            else:
                waiting.append(child)
    return changed


def _element(parent: ElementTree.Element, child: ElementTree.Element) -> bool:
    """Whether a child may stand there; a title holds letters only."""
    tag = child.tag if isinstance(child.tag, str) else ""
    told = parent.tag in (f"{{{SVG}}}title", f"{{{SVG}}}desc")
    return not told and tag.startswith(f"{{{SVG}}}") and tag.removeprefix(f"{{{SVG}}}") in ELEMENTS


def _allowed(tag: str, name: str, value: str) -> bool:
    """Whether an attribute is on the list and points nowhere but into the picture."""
    if name == "href":
        picture = tag == f"{{{SVG}}}image" and PICTURE.fullmatch(value.strip())
        return bool(picture) or value.startswith("#")
    return name in ATTRIBUTES and not FOREIGN.search(value)


def _text(root: ElementTree.Element) -> str:
    """The tree as text, in the names that HTML knows."""
    for one in root.iter():
        one.tag = one.tag.removeprefix(f"{{{SVG}}}")
        one.attrib = {_NAMES.get(name, name): value for name, value in one.attrib.items()}
        if "href" in one.attrib:
            one.attrib = {f"xlink:{name}" if name == "href" else name: v for name, v in one.attrib.items()}
    root.set("xmlns", SVG)
    return ElementTree.tostring(root, encoding="unicode")

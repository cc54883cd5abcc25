"""The pages of villages and of what helps to decide, by Streamlit's AppTest."""

from __future__ import annotations

import json
import re

import pytest

from experiments.command import template
from experiments.command.catalogue import ROOT
from experiments.dashboard import words
from experiments.dashboard.state import Draft

SMALL = {
    "county.villages": 3,
    "county.elders": 20,
    "horizon.end": "2027-12",
    "horizon.spin_up": 2,
    "county.facility_share": 1.0,
}


def draft() -> Draft:
    """A tiny county."""
    made = Draft(1, "mine", {}, seeds=2, seed=5)
    made.change(SMALL)
    return made


@pytest.fixture
def pages(monkeypatch, tmp_path):
    """Makes pages of sessions with a tiny county."""
    pytest.importorskip("streamlit", reason="the extra dashboard is not installed")
    from streamlit.testing.v1 import AppTest

    from experiments.dashboard import session

    monkeypatch.setattr(session, "kept_in", lambda: tmp_path / "pace.json")

    def make():
        at = AppTest.from_file(str(ROOT / "experiments/dashboard/app.py"), default_timeout=300)
        at.session_state["drafts"], at.session_state["uid"] = [draft()], 1
        at.session_state["results"] = {}
        return at

    return make


@pytest.fixture
def page(pages):
    """One of them."""
    return pages()


def opened(at, name: str, language: str = "en"):
    """Open a page by its tab."""
    at.session_state["tab"] = words.said(f"tab_{name}", language)
    at.run()
    assert not at.exception, (name, language)
    return [one.value for one in at.markdown]


@pytest.mark.slow
def test_from_the_map_to_the_village_and_through_all_pages(page):
    at = page.run()
    assert "a station is open in" in " ".join(opened(at, "map"))
    at.button(key="play").click().run()
    assert at.session_state["playing"] and at.session_state["map_year"] == 2025
    at.button(key="play").click().run()
    assert not at.session_state["playing"]
    pick = next(one for one in at.selectbox if str(one.key).startswith("map_pick"))
    pick.set_value(2).run()
    at.button(key="map_why").click().run()
    assert not at.exception and at.session_state["tab"] == "Why?"
    assert at.selectbox(key="why_village").value == 2
    text = " ".join(one.value for one in at.markdown)
    assert "What if?" in text and "→" in text
    at.button(key="account_get").click().run()
    assert not at.exception and any("Village 2" in one.value for one in at.code)
    assert "villages: most often in" in " ".join(opened(at, "villages"))
    at.button(key="work/takes").click().run()
    assert not at.exception and "what it would take" in at.dataframe[0].value.columns
    at.text_input(key="village_search").set_value("no such village").run()
    assert any("No village has that" in one.value for one in at.info)
    for name in ("takes", "fails", "change"):
        assert any(text.startswith("#### ") for text in opened(at, name)), name


@pytest.mark.slow
def test_every_page_opens_in_chinese(pages):
    for name in ("map", "villages", "why", "takes", "fails", "change"):
        at = pages()
        at.session_state["language"] = "zh"
        said = " ".join(opened(at, name, "zh"))
        assert re.search(r"[\u4e00-\u9fff]", said), name


@pytest.mark.slow
def test_faults_of_a_table_stand_in_the_middle_of_the_page_and_go_when_closed(page):
    from experiments.dashboard.session import FaultyFile
    from sim.start.village_table import Fault

    at = page.run()
    at.session_state["faulty"] = FaultyFile("my.csv", "", (Fault(3, "kind", "scenik", "plain, scenic"),))
    at.run()
    assert not at.exception and "1 cells cannot be used" in at.main.error[0].value
    assert at.main.table[0].value.index.tolist() == ["3"]
    at.button(key="faults_close").click().run()
    assert not at.exception and not at.error


@pytest.mark.slow
def test_villages_and_their_borders_are_uploaded_and_drawn(page):
    """The templates' files; a bad one is told in the middle of the page and changes nothing."""
    at = page.run()
    opened(at, "villages")
    book = template.content("villages", False, ".csv")
    at.file_uploader(key="1/csv/main").upload("villages.csv", book).run()
    assert not at.exception and at.session_state["drafts"][0].value("county.villages") == 3
    uploader = at.file_uploader(key="1/borders")
    uploader.upload("b.geojson", b"{}").run()
    assert not at.exception and "a GeoJSON FeatureCollection is wanted" in at.main.error[0].value.replace(
        "\\", ""
    )
    squares = template.content("borders", False, ".geojson")
    at.file_uploader(key="1/borders").set_value([("b.geojson", squares, "")]).run()
    assert not at.exception and not at.error
    assert any("Borders of 2 villages are on the map" in one.value for one in at.markdown)
    assert not at.query_params.get("s") or "given" not in "".join(at.query_params["s"])
    opened(at, "map")
    drawn = json.dumps([json.loads(one.proto.spec) for one in at.get("vega_lite_chart")])
    assert drawn.count('"type": "line"') == 2  # one map for wide and one for narrow screens
    opened(at, "villages")
    at.button(key="1/borders/drop").click().run()
    assert not at.exception and not at.session_state["drafts"][0].value("given.borders")

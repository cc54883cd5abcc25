"""A chart that stays on the page while its values change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipyvuetify
import solara
import traitlets

from ..report.style import LANGUAGES, tell


class ChartWidget(ipyvuetify.VuetifyTemplate):  # type: ignore[misc]
    """An ECharts picture; `option` is merged into what it shows, `name` read to who cannot see it."""

    template_file = str(Path(__file__).with_name("chart.vue"))
    drawn = traitlets.Unicode("").tag(sync=True)
    name = traitlets.Unicode("").tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)  # of the page, for who has it read aloud
    height = traitlets.Unicode("320px").tag(sync=True)
    option = traitlets.Dict({}).tag(sync=True)


@solara.component
def Chart(name: str, option: dict[str, Any], height: str, drawn: str = "") -> Any:  # noqa: N802
    """One chart; `drawn` says of which month it is."""
    language = tell(*LANGUAGES)
    return ChartWidget.element(name=name, option=option, height=height, drawn=drawn, language=language)


__all__ = ["Chart"]

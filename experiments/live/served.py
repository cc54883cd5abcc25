"""The server of the live model: Solara behind the guard of the screens.

`python -m experiments.live.served 8502`, which is what `python run.py live` becomes.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from .. import report  # noqa: F401  # before Mesa loads matplotlib
from ..command import busy
from ..command.guard import Guard
from ..command.serve import ADDRESS, LANGUAGE
from . import ready

FLAGS = (f"--host={ADDRESS}", "--no-open", "--production", "--no-check-version")


def from_here(url: str) -> NoReturn:
    """In place of what Solara fetches for a page: what solara-assets does not hold is not there."""
    raise FileNotFoundError(f"{url} is not asked for")


def main(port: int) -> None:
    """Serve until it is ended."""
    language = os.environ.get(LANGUAGE, "en")
    busy.until(port, ADDRESS, "the live county begins", "逐月推演正在启动", language)
    app = f"{__package__}.app"
    os.environ["SOLARA_APP"] = app  # read by the import below
    ready.prepare()
    import solara.__main__
    from solara.server import cdn_helper, settings, starlette

    settings.telemetry.mixpanel_enable = False
    settings.theme.show_banner = False
    cdn_helper.fetch_from_cdn = from_here
    starlette.app.add_middleware(Guard)
    solara.__main__.cli(["run", app, *FLAGS, f"--port={port}"])


if __name__ == "__main__":
    main(int(sys.argv[1]))

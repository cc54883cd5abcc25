"""The server of the dashboard: Streamlit behind the guard of the screens.

`python -m experiments.dashboard.served 8501`, which is what `python run.py dashboard` becomes.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from ..command import busy
from ..command.guard import HOSTS, Guard
from ..command.serve import ADDRESS

OPTIONS = {  # each tops a file of settings in the working folder
    "server.address": ADDRESS,
    "server.headless": True,
    "server.showEmailPrompt": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 2,
    "server.enableCORS": True,  # the name says the opposite: other origins are refused
    "server.enableXsrfProtection": True,
    "server.corsAllowedOrigins": [],
    "server.allowedHosts": list(HOSTS),
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "browser.gatherUsageStats": False,
    "browser.serverAddress": ADDRESS,  # or it asks another host for the address of this computer
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "logger.hideWelcomeMessage": True,  # it would say the address once more
    "theme.light.primaryColor": "#0072B2",  # one for both would make a browser that asks for dark light
    "theme.dark.primaryColor": "#3D9BD6",
}


def main(port: int) -> None:
    """Serve until it is ended."""
    busy.until(port, ADDRESS, "the dashboard begins", "仪表板正在启动")
    from starlette.middleware import Middleware
    from streamlit import App

    os.environ["MUTUAL_AID_PAGES"] = f"{__package__}.pages"
    app = App(Path(__file__).with_name("app.py").resolve(), middleware=[Middleware(Guard)])
    with contextlib.suppress(KeyboardInterrupt):  # as the line says that ends it
        app.run(config={**OPTIONS, "server.port": port})


if __name__ == "__main__":
    main(int(sys.argv[1]))

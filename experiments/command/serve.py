"""`python run.py dashboard` and `python run.py live`.

Servers for this computer only, without statistics of use.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import sys

from .catalogue import HOME, TOP, Mistake

ADDRESS = "127.0.0.1"
LANGUAGE = "MUTUAL_AID_LANGUAGE"  # what the server of the live model speaks


def port_of(words: list[str], default: int, more: str = "") -> int:
    """The setting of a server, port=N; Mistake where it cannot be had. `more`: what else is allowed."""
    port = default
    for word in words:
        key, _, value = word.partition("=")
        if key != "port" or not value.isdigit() or not 1024 <= int(value) <= 65535:
            raise Mistake(f"{word!r}: allowed is port=1024 to port=65535{more}")
        port = int(value)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise Mistake(f"port {port} is in use: choose another with port=N") from error
    return port


def need(package: str, extra: str) -> None:
    """Mistake with the command that installs what is missing."""
    if importlib.util.find_spec(package) is None:
        raise Mistake(
            f"{package} is not installed: pip install -r requirements-all.lock, or without checksums "
            f"pip install -e '.[{extra}]'"
        )


def become(command: list[str], more: dict[str, str] | None = None) -> None:
    """This process becomes the server.

    Signals reach it, nothing is left behind. The project is found from anywhere.
    """
    path = os.pathsep.join([str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])])
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *command], {**os.environ, "PYTHONPATH": path, **(more or {})})


def dashboard(words: list[str]) -> None:
    """The planner's dashboard, by Streamlit."""
    need("streamlit", "dashboard")
    port = port_of(words, 8501)
    print(f"The dashboard is at http://{ADDRESS}:{port} (this computer only); Ctrl-C ends it.")
    become(["-m", f"{TOP}.dashboard.served", str(port)])


def live(words: list[str]) -> None:
    """The live model, by Solara, in `report.language`.

    Its scripts come from solara-assets, not from other hosts.
    """
    from ..report.style import LANGUAGES

    need("solara", "live")
    need("solara_assets", "live")
    spoken = [word for word in words if word in (f"report.language={code}" for code in LANGUAGES)]
    port = port_of(
        [word for word in words if word not in spoken], 8502, f" and report.language={' or '.join(LANGUAGES)}"
    )
    print(f"The live model is at http://{ADDRESS}:{port} (this computer only); Ctrl-C ends it.")
    become(
        ["-m", f"{TOP}.live.served", str(port)],
        {
            "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
            LANGUAGE: spoken[-1].partition("=")[2] if spoken else "en",
        },
    )


SERVERS = {"dashboard": dashboard, "live": live}

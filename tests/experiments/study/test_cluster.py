"""Workers by Dask: our own stay on this computer, those of the README ask for a certificate."""

import contextlib
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from watching import seen, watched

from experiments.study.provenance import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not importlib.util.find_spec("distributed"), reason="not installed: the extra cluster"
    ),
]
SMALL = "experiment=smoke county.elders=12 county.villages=2 horizon.end=2025-06 seeds=4 progress=false"


def test_workers_of_our_own_stay_on_this_computer(tmp_path):
    """Listening and asking."""
    words = [*SMALL.split(), "engine=dask", "workers=2", f"out={tmp_path}/out"]
    environment = watched(tmp_path / "sockets")
    command = [sys.executable, str(ROOT / "run.py"), *words]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    assert {host for _, host in seen(tmp_path / "sockets")} == {"127.0.0.1"}


def test_a_cluster_of_our_own_shows_no_page():
    """Neither its scheduler nor a worker; pages of Dask would answer 200."""
    from distributed import Client

    from experiments.study.engines import _cluster

    with _cluster(1) as address, Client(address, set_as_default=False) as client:
        known = client.scheduler_info(n_workers=-1)
        services = [known["services"], *(worker["services"] for worker in known["workers"].values())]
        ports = [port for found in services for port in found.values()]
        assert len(ports) == 2
        for port in ports:
            for page in ("", "health", "status", "info/main/workers.html", "json/identity.json"):
                with pytest.raises(urllib.error.HTTPError, match="404"):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=10)


def test_the_cluster_of_the_readme_works_and_takes_nobody_without_the_certificate(tmp_path):
    """Its block as it stands, but for the machine and the size; then a client that has no certificate."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- cluster -->\n```sh\n(.*?)```", text, re.DOTALL)[1]
    names = {
        "python run.py size=full": f"python {ROOT / 'run.py'} {SMALL}",
        ".venv/bin/": f"{Path(sys.executable).parent}/",
        "host:8786": f"127.0.0.1:{port}",
        "--host host": "--host 127.0.0.1",
        "--port 8786": f"--port {port}",
    }
    for old, new in names.items():
        assert old in block
        block = block.replace(old, new)
    stranger = f"""
import asyncio, distributed
asyncio.run(distributed.core.connect("tcp://127.0.0.1:{port}", timeout=5))
"""
    script = f"set -e\n{block}env -i {sys.executable} stranger.py && echo taken || echo refused\n"
    (tmp_path / "stranger.py").write_text(stranger)
    (tmp_path / "script.sh").write_text(script)
    with (tmp_path / "said").open("w") as said, (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            ["bash", "script.sh"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=said,
            stderr=log,
            start_new_session=True,
        )
        try:
            code = process.wait(240)
        finally:  # scheduler and workers stand in its group
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    told = (tmp_path / "said").read_text().split()
    assert code == 0 and told[-1] == "refused", (tmp_path / "log").read_text()
    assert len(list((tmp_path / "results" / "smoke").glob("*/summary.csv"))) == 1

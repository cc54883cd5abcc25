"""Village mutual aid for the old: an agent-based what-if model of who helps, who pays and what lasts.

>>> import sim
>>> model = sim.MutualAidModel(sim.Parameters(), seed=7)
>>> result = model.run()
"""

import hashlib as _hashlib
import os as _os
import tempfile as _tempfile
import warnings as _warnings
from pathlib import Path as _Path

import numba as _numba

from sim.standins import import_mesa as _import_mesa


def _compile_cache() -> str:
    """A folder named by the hash of the files whose functions kernels of other files call.

    Numba looks only at a kernel's own file when it decides whether its cache is fresh.
    """
    here = _Path(__file__).parent
    shared = b"".join(
        (here / name).read_bytes() for name in ("columns.py", "randomness.py", "ledger.py", "population.py")
    )
    name = _hashlib.sha256(shared + _numba.__version__.encode()).hexdigest()[:16]
    roots = [_Path(_os.environ["XDG_CACHE_HOME"])] if _os.environ.get("XDG_CACHE_HOME") else []
    for root in (*roots, _Path.home() / ".cache", _Path(_tempfile.gettempdir())):
        folder = root / "mutual-aid-sim" / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if _os.access(folder, _os.W_OK):
            return str(folder)
    return ""


if not _os.environ.get("NUMBA_CACHE_DIR"):
    _numba.config.CACHE_DIR = _compile_cache()  # type: ignore[attr-defined]
if _numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
    # keyed draws wrap around 2^64 on purpose; compiled code does so in silence
    _warnings.filterwarnings("ignore", "overflow encountered in scalar", RuntimeWarning)

_import_mesa()

from sim.agents import Elder, Funder, VillageCollective, Volunteer  # noqa: E402
from sim.model import MutualAidModel, Result  # noqa: E402
from sim.parameters import ParameterError, Parameters  # noqa: E402
from sim.values import Modifier  # noqa: E402

__all__ = [
    "Elder",
    "Funder",
    "Modifier",
    "MutualAidModel",
    "ParameterError",
    "Parameters",
    "Result",
    "VillageCollective",
    "Volunteer",
]

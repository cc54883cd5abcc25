"""Village mutual aid for the old: an agent-based what-if model of who helps, who pays and what lasts.

>>> import sim
>>> model = sim.MutualAidModel(sim.Parameters(), seed=7)
>>> result = model.run()
"""

from sim.engine.compile_cache import silence_overflow as _silence_overflow
from sim.engine.lazy_imports import import_mesa as _import_mesa

_silence_overflow()  # before the first draw
_import_mesa()  # before anything else imports Mesa

from sim.agents.agents import Funder, VillageCollective  # noqa: E402
from sim.agents.views import Elder, Volunteer  # noqa: E402
from sim.model import MutualAidModel  # noqa: E402
from sim.result import Result  # noqa: E402
from sim.state.parameters import ParameterError, Parameters  # noqa: E402
from sim.state.values import Modifier  # noqa: E402

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

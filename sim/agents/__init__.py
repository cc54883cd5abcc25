"""What a Mesa user sees of persons, collectives and funders."""

from sim.engine.lazy_imports import import_mesa

import_mesa()  # before a module of this room asks for it

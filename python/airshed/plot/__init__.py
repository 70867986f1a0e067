"""Pictures of particles, footprints and series: matplotlib, no download, defaults good enough to print."""

from .areas import core_areas
from .contributions import contributions
from .footprint import cells, footprint, nested
from .movie import Movie, movie
from .particles import particles
from .rose import sensitivity_rose
from .scatter import scatter
from .series import series
from .style import COLOURS, UNIT, colour
from .taylor import taylor

__all__ = [
    "COLOURS",
    "UNIT",
    "Movie",
    "cells",
    "colour",
    "contributions",
    "core_areas",
    "footprint",
    "movie",
    "nested",
    "particles",
    "scatter",
    "sensitivity_rose",
    "series",
    "taylor",
]

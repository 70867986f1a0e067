"""Lagrangian footprints of atmospheric trace gases: from meteorology and a tower to ppm."""

from ._core import (
    Config,
    Enhancement,
    Flux,
    Footprint,
    Grid,
    MetStore,
    Receptor,
    Trajectories,
    __version__,
)
from .conditions import conditions
from .exceptions import AirshedError, ConfigError, FileFormatError, MetCoverageError
from .run import Run, simulate

__all__ = [
    "AirshedError",
    "Config",
    "ConfigError",
    "Enhancement",
    "FileFormatError",
    "Flux",
    "Footprint",
    "Grid",
    "MetCoverageError",
    "MetStore",
    "Receptor",
    "Run",
    "Trajectories",
    "__version__",
    "conditions",
    "simulate",
]

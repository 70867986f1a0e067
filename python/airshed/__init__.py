"""Lagrangian footprints of atmospheric trace gases: from meteorology and a tower to ppm."""

from ._core import (
    Attribution,
    Config,
    Contributions,
    Enhancement,
    Flux,
    Footprint,
    Grid,
    Inventory,
    Jacobian,
    MetStore,
    Receptor,
    Store,
    Trajectories,
    __version__,
    read_footprints,
    write_footprints,
)
from .conditions import conditions
from .exceptions import AirshedError, ConfigError, FileFormatError, MetCoverageError
from .run import Run, simulate

__all__ = [
    "AirshedError",
    "Attribution",
    "Config",
    "ConfigError",
    "Contributions",
    "Enhancement",
    "FileFormatError",
    "Flux",
    "Footprint",
    "Grid",
    "Inventory",
    "Jacobian",
    "MetCoverageError",
    "MetStore",
    "Receptor",
    "Run",
    "Store",
    "Trajectories",
    "__version__",
    "conditions",
    "read_footprints",
    "simulate",
    "write_footprints",
]

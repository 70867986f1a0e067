"""Lagrangian footprints of atmospheric trace gases: from meteorology and a tower to ppm."""

from ._core import (
    Comparison,
    Config,
    Enhancement,
    Flux,
    Footprint,
    Grid,
    Jacobian,
    MetStore,
    Observations,
    Receptor,
    Store,
    Trajectories,
    __version__,
    read_footprints,
    write_footprints,
)
from .comparison import compare, datem_statistics, ensemble_band, read_datem, stations
from .conditions import conditions
from .exceptions import AirshedError, ConfigError, FileFormatError, MetCoverageError
from .run import Run, simulate

__all__ = [
    "AirshedError",
    "Comparison",
    "Config",
    "ConfigError",
    "Enhancement",
    "FileFormatError",
    "Flux",
    "Footprint",
    "Grid",
    "Jacobian",
    "MetCoverageError",
    "MetStore",
    "Observations",
    "Receptor",
    "Run",
    "Store",
    "Trajectories",
    "__version__",
    "compare",
    "conditions",
    "datem_statistics",
    "ensemble_band",
    "read_datem",
    "read_footprints",
    "simulate",
    "stations",
    "write_footprints",
]

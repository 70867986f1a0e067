"""Lagrangian footprints of atmospheric trace gases: from meteorology and a tower to ppm."""

from . import tracer
from ._core import (
    Background,
    BackgroundMean,
    Config,
    Enhancement,
    Flux,
    Footprint,
    Grid,
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
from .portal import portal_breaches, portal_columns, read_portal, write_portal
from .run import Run, simulate

__all__ = [
    "AirshedError",
    "Background",
    "BackgroundMean",
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
    "Receptor",
    "Run",
    "Store",
    "Trajectories",
    "__version__",
    "conditions",
    "portal_breaches",
    "portal_columns",
    "read_footprints",
    "read_portal",
    "simulate",
    "tracer",
    "write_footprints",
    "write_portal",
]

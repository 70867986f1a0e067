"""Lagrangian footprints of atmospheric trace gases: from meteorology and a tower to ppm."""

from importlib import import_module

from . import sensitivity, tracer
from ._core import (
    Attribution,
    Background,
    BackgroundMean,
    Comparison,
    Config,
    Contributions,
    Enhancement,
    Flux,
    FluxTotal,
    Footprint,
    Grid,
    Inventory,
    Jacobian,
    MetStore,
    Observations,
    Receptor,
    Store,
    Trajectories,
    Vprm,
    __version__,
    country_share,
    read_footprints,
    write_footprints,
)
from .comparison import compare, datem_statistics, ensemble_band, read_datem, stations
from .conditions import conditions
from .countries import countries, country_at
from .exceptions import AirshedError, ConfigError, FileFormatError, MetCoverageError
from .portal import portal_breaches, portal_columns, portal_series, read_portal, write_portal
from .run import Run, simulate

__all__ = [
    "AirshedError",
    "Attribution",
    "Background",
    "BackgroundMean",
    "Comparison",
    "Config",
    "ConfigError",
    "Contributions",
    "Enhancement",
    "FileFormatError",
    "Flux",
    "FluxTotal",
    "Footprint",
    "Grid",
    "Inventory",
    "Jacobian",
    "MetCoverageError",
    "MetStore",
    "Observations",
    "Receptor",
    "Run",
    "Store",
    "Trajectories",
    "Vprm",
    "__version__",
    "compare",
    "conditions",
    "countries",
    "country_at",
    "country_share",
    "datem_statistics",
    "ensemble_band",
    "plot",
    "portal_breaches",
    "portal_columns",
    "portal_series",
    "read_datem",
    "read_footprints",
    "read_portal",
    "sensitivity",
    "simulate",
    "stations",
    "tracer",
    "write_footprints",
    "write_portal",
]


def __getattr__(name: str):
    """``airshed.plot`` is there without an import of its own, and matplotlib only when it is used."""
    if name == "plot":
        return import_module(".plot", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

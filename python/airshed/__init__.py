"""Lagrangian footprints of atmospheric trace gases: from meteorology and a tower to ppm."""

from importlib import import_module

from . import sensitivity, tracer
from ._core import (
    Attribution,
    Background,
    BackgroundMean,
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
    Receptor,
    Store,
    Trajectories,
    Vprm,
    __version__,
    country_share,
    read_footprints,
    write_footprints,
)
from .conditions import conditions
from .countries import countries, country_at
from .exceptions import AirshedError, ConfigError, FileFormatError, MetCoverageError
from .portal import portal_breaches, read_portal, write_portal
from .run import Run, simulate

__all__ = [
    "AirshedError",
    "Attribution",
    "Background",
    "BackgroundMean",
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
    "Receptor",
    "Run",
    "Store",
    "Trajectories",
    "Vprm",
    "__version__",
    "conditions",
    "countries",
    "country_at",
    "country_share",
    "plot",
    "portal_breaches",
    "read_footprints",
    "read_portal",
    "sensitivity",
    "simulate",
    "tracer",
    "write_footprints",
    "write_portal",
]


def __getattr__(name: str):
    """``airshed.plot`` is there without an import of its own, and matplotlib only when it is used."""
    if name == "plot":
        return import_module(".plot", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Literal, TypeAlias, TypedDict, final

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

_Time: TypeAlias = str | datetime | np.datetime64
_Path: TypeAlias = str | PathLike[str]
_Places: TypeAlias = Iterable[Mapping[str, object]] | pd.DataFrame

__all__ = [
    "Config",
    "Enhancement",
    "Flux",
    "Footprint",
    "Grid",
    "MetStore",
    "Receptor",
    "Settings",
    "Trajectories",
    "__version__",
    "conditions",
    "follow",
]

__version__: str

class _Nest(TypedDict):
    source: str
    model: str
    nx: int
    ny: int
    levels: list[float]
    variables: list[list[str]]
    times: NDArray[np.datetime64]

class _Budget(TypedDict):
    total: float
    inside: float
    smeared_out: float
    outside: float

@final
class MetStore:
    def __new__(cls, patterns: _Path | list[_Path]) -> MetStore: ...
    @staticmethod
    def synthetic(
        *,
        start: _Time | None = None,
        hours: int = 96,
        west_deg: float | None = None,
        east_deg: float | None = None,
        south_deg: float | None = None,
        north_deg: float | None = None,
        spacing_deg: float | None = None,
    ) -> MetStore: ...
    @property
    def nests(self) -> list[_Nest]: ...

@final
class Receptor:
    def __new__(
        cls,
        *,
        time: _Time | None = None,
        lon_deg: float | None = None,
        lat_deg: float | None = None,
        height_agl_m: float | None = None,
        height_asl_m: float | None = None,
        height_top_m: float | None = None,
        lon_top_deg: float | None = None,
        lat_top_deg: float | None = None,
        even_in: Literal["length", "pressure"] | None = None,
        mean_over: Literal["release", "atmosphere"] | None = None,
        release_h: float | None = None,
        points: _Places | None = None,
        path: _Places | None = None,
        track: _Places | None = None,
        id: str | None = None,
    ) -> Receptor: ...
    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def time(self) -> np.datetime64: ...
    @property
    def lon_deg(self) -> float: ...
    @property
    def lat_deg(self) -> float: ...
    @property
    def height_agl_m(self) -> float | None: ...
    @property
    def height_asl_m(self) -> float | None: ...
    @property
    def release_h(self) -> float | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Grid:
    def __new__(
        cls,
        *,
        west: float,
        east: float,
        south: float,
        north: float,
        dx: float,
        dy: float,
        crs: str = ...,
        time_integrate: bool = False,
        smooth_factor: float = 1.0,
        name: str = ...,
    ) -> Grid: ...
    @property
    def west(self) -> float: ...
    @property
    def east(self) -> float: ...
    @property
    def south(self) -> float: ...
    @property
    def north(self) -> float: ...
    @property
    def dx(self) -> float: ...
    @property
    def dy(self) -> float: ...
    @property
    def crs(self) -> str: ...
    @property
    def time_integrate(self) -> bool: ...
    @property
    def smooth_factor(self) -> float: ...
    @property
    def name(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Config:
    @staticmethod
    def from_toml(file: _Path) -> Config: ...
    @staticmethod
    def defaults() -> str: ...
    @property
    def met_files(self) -> list[str]: ...
    @property
    def receptors(self) -> list[Receptor]: ...
    @property
    def grids(self) -> dict[str, Grid]: ...
    @property
    def fluxes(self) -> dict[str, tuple[PathLike[str], str]]: ...
    @property
    def hours(self) -> int: ...
    @property
    def particles(self) -> int: ...
    @property
    def seed(self) -> int: ...

@final
class Settings:
    def __new__(
        cls,
        config: Config | None,
        run: Mapping[str, object],
        transport: Mapping[str, object],
        variables: Sequence[str] | None = None,
    ) -> Settings: ...
    @property
    def hours(self) -> int: ...
    @property
    def has_errors(self) -> bool: ...
    @property
    def particles(self) -> int: ...
    @property
    def seed(self) -> int: ...

def conditions(
    met: MetStore,
    settings: Settings,
    time: NDArray[np.int64],
    lon_deg: NDArray[np.float64],
    lat_deg: NDArray[np.float64],
    height_agl_m: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]: ...
def follow(
    met: MetStore,
    receptor: Receptor,
    settings: Settings,
    *,
    perturbed: bool = False,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Trajectories: ...

@final
class Trajectories:
    @staticmethod
    def open(file: _Path) -> Trajectories: ...
    def to_netcdf(self, file: _Path, *, every_min: int = 1) -> None: ...
    @property
    def receptor(self) -> Receptor: ...
    @property
    def time_min(self) -> NDArray[np.float64]: ...
    @property
    def is_from_a_point(self) -> bool: ...
    @property
    def release_min(self) -> NDArray[np.float64]: ...
    @property
    def release_height_agl_m(self) -> NDArray[np.float64]: ...
    @property
    def weight(self) -> NDArray[np.float64]: ...
    @property
    def status(self) -> list[str]: ...
    def keys(self) -> list[str]: ...
    def attributes(self, name: str) -> dict[str, str]: ...
    def __getitem__(self, name: str, /) -> NDArray[np.floating[Any]]: ...
    def __len__(self) -> int: ...
    def footprint(self, grid: Grid) -> Footprint: ...
    def decayed(self, half_life_h: float) -> Trajectories: ...
    def to_dataframe(self) -> pd.DataFrame: ...
    def to_xarray(self) -> xr.Dataset: ...

@final
class Footprint:
    @staticmethod
    def open(file: _Path) -> Footprint: ...
    def to_netcdf(self, file: _Path) -> None: ...
    @property
    def receptor(self) -> Receptor: ...
    @property
    def grid(self) -> Grid: ...
    @property
    def foot(self) -> NDArray[np.float64]: ...
    @property
    def time(self) -> NDArray[np.datetime64]: ...
    @property
    def layer_seconds(self) -> int: ...
    @property
    def x(self) -> NDArray[np.float64]: ...
    @property
    def y(self) -> NDArray[np.float64]: ...
    @property
    def total(self) -> float: ...
    @property
    def budget(self) -> _Budget: ...
    def convolve(self, flux: Flux, *, half_life_h: float | None = None) -> Enhancement: ...
    def to_xarray(self) -> xr.DataArray: ...
    def plot(
        self,
        *,
        layer: int | None = None,
        ax: Axes | None = None,
        decades: float = 4.0,
        vmax: float | None = None,
        extent: tuple[float, float, float, float] | None = None,
        cmap: str = "magma_r",
        title: str | None = None,
    ) -> Axes: ...
    def _repr_html_(self) -> str: ...

@final
class Flux:
    @staticmethod
    def open(
        file: _Path, *, variable: str, units: str | None = None, molar_mass_g_mol: float | None = None
    ) -> Flux: ...
    @staticmethod
    def uniform(umol_m2_s: float) -> Flux: ...
    @property
    def name(self) -> str: ...

@final
class Enhancement:
    @property
    def receptor_id(self) -> str: ...
    @property
    def time(self) -> NDArray[np.datetime64]: ...
    @property
    def ppm(self) -> NDArray[np.float64]: ...
    @property
    def total_ppm(self) -> float: ...
    @property
    def uncovered_share(self) -> float: ...
    def to_series(self) -> pd.Series[float]: ...
    def to_dataframe(self) -> pd.DataFrame: ...
    def _repr_html_(self) -> str: ...

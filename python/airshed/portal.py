"""Results in the columns of the ICOS Carbon Portal's STILT service, as pandas objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from . import _core
from ._core import BackgroundMean, Contributions, Receptor
from .exceptions import ConfigError

if TYPE_CHECKING:
    import pandas as pd


def read_portal(file: str | PathLike[str], *, raw: bool = False) -> pd.DataFrame:
    """Reads a result of the portal: the CSV of a package, slots as JSON, or a raw result.

    Parameters
    ----------
    file : path
    raw : bool
        Of a raw result all its columns, under the names that R has not mangled; by default the portal's result columns,
        which are then made of them.

    Returns
    -------
    pandas.DataFrame
        Over ``time`` (UTC); ``co2.*`` and ``co.*`` in ppm, ``ch4.*`` in ppb, ``rn*`` in Bq m-3.
    """
    import pandas as pd

    times, columns = (_core.portal_read_raw if raw else _core.portal_read)(file)
    return pd.DataFrame(dict(columns), index=pd.DatetimeIndex(times, name="time"))


def portal_series(
    contributions: Contributions | Iterable[Contributions],
    *,
    backgrounds: Mapping[str, Iterable[BackgroundMean | float] | BackgroundMean | float] | None = None,
    inventories: Sequence[str] = (),
) -> pd.DataFrame:
    """What was booked at particles, in the portal's result columns.

    Parameters
    ----------
    contributions : Contributions, or several
        Of one receptor or of a series of them. Sectors are IPCC categories, or the portal's groups (``energy``,
        ``transport``, ``industry``, ``residential``, ``agriculture``, ``waste``).
    backgrounds : mapping
        By the formula of the tracer: mean of each sample, or the same for all, ppm.
    inventories : sequence of str
        Those that are meant, where a tracer has several.

    Returns
    -------
    pandas.DataFrame
        As :func:`read_portal`; a total whose background is not given is NaN.
    """
    import pandas as pd

    several = [contributions] if isinstance(contributions, Contributions) else list(contributions)
    of_each: list[list[tuple[str, float]]] = [[] for _ in several]
    for tracer, means in (backgrounds or {}).items():
        each = [means] * len(several) if isinstance(means, BackgroundMean | float | int) else list(means)
        if len(each) != len(several):
            raise ConfigError(f"backgrounds of {tracer}: {len(each)} for {len(several)} samples")
        for own, mean in zip(of_each, each, strict=True):
            own.append((tracer, float(mean.to("ppm") if isinstance(mean, BackgroundMean) else mean)))
    times, columns = _core.portal_of_contributions(several, list(inventories), of_each)
    return pd.DataFrame(dict(columns), index=pd.DatetimeIndex(times, name="time"))


def write_portal(file: str | PathLike[str], frame: pd.DataFrame, *, further: bool = False) -> None:
    """Writes result columns over times (UTC): as the CSV of the portal's packages, or as CF netCDF if the name ends in
    ``.nc``. The CSV has the packages' columns in their order, with ``further`` all others after them."""
    _core.portal_write(file, _seconds(frame), _columns(frame), further)


def portal_breaches(frame: pd.DataFrame, *, tolerance: float = 1e-12) -> pd.DataFrame:
    """The sums between result columns that do not hold to a share of their largest term: ``time``, ``identity``,
    ``left`` and ``right``. Rows where a term is NaN are passed over."""
    import pandas as pd

    found = _core.portal_breaches(_seconds(frame), _columns(frame), tolerance)
    table = pd.DataFrame(found, columns=["time", "identity", "left", "right"])
    table["time"] = pd.to_datetime(table["time"], unit="s")
    return table


def portal_columns(
    receptor: Receptor,
    *,
    background: pd.DataFrame,
    sources: pd.DataFrame | None = None,
    vegetation: pd.DataFrame | None = None,
    natural_ch4: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The portal's result columns of what the air of a receptor's place is made of, all in ppm.

    What is not given stays unknown: the columns that need it are NaN or not there.

    Parameters
    ----------
    receptor : Receptor
        The place; a point above ground.
    background : pandas.DataFrame
        Over times (UTC): columns ``co2``, ``co``, ``ch4``, or some of them. Its times are those of the result.
    sources : pandas.DataFrame, optional
        Columns ``time``, ``tracer``, ``category`` (IPCC: ``1a1a``, ``1a2+6cd``, ``4b`` ...), ``fuel`` (``coal_hard``,
        ``gas_nat``, ``solid_waste`` ..., ``cement``, ``others``), ``ppm``.
    vegetation : pandas.DataFrame, optional
        Columns ``time``, ``class``, ``gee_ppm`` (negative), ``respiration_ppm``.
    natural_ch4 : pandas.DataFrame, optional
        Columns ``time``, ``source`` (``wet``, ``peat``, ``uptake``, ``fire``, ``soil``, ``lakes``, ``ocean``), ``ppm``.
    """
    import pandas as pd

    tables = {
        "sources": (sources, ["tracer", "category", "fuel", "ppm"]),
        "vegetation": (vegetation, ["class", "gee_ppm", "respiration_ppm"]),
        "natural_ch4": (natural_ch4, ["source", "ppm"]),
    }
    by_time = {name: _rows_by_time(name, table, columns) for name, (table, columns) in tables.items()}
    height = receptor.height_agl_m
    place = {
        "lon_deg": receptor.lon_deg,
        "lat_deg": receptor.lat_deg,
        "height_agl_m": float("nan") if height is None else height,
    }
    gases = [str(name) for name in background.columns]
    slots = []
    for second, values in zip(_seconds(background), background.to_numpy(dtype=float).tolist(), strict=True):
        parts = {name: rows.pop(second, []) for name, rows in by_time.items()}
        slots.append({"seconds": second, **place, "background": list(zip(gases, values, strict=True)), **parts})
    for name, rows in by_time.items():
        if rows:
            stamp = np.datetime64(next(iter(rows)), "s")
            raise ConfigError(f"{name} at {stamp}: the background has no such time")
    times, columns = _core.portal_of(slots)
    return pd.DataFrame(dict(columns), index=pd.DatetimeIndex(times, name="time"))


def _rows_by_time(name: str, table: pd.DataFrame | None, columns: list[str]) -> dict[int, list[tuple[object, ...]]]:
    if table is None:
        return {}
    missing = [column for column in ["time", *columns] if column not in table.columns]
    if missing:
        raise ConfigError(f"{name}: no column {', '.join(missing)}; needed are time, {', '.join(columns)}")
    rows: dict[int, list[tuple[object, ...]]] = {}
    cells = table[columns].itertuples(index=False, name=None)
    for second, row in zip(_seconds(table.set_index("time")), cells, strict=True):
        rows.setdefault(second, []).append(row)
    return rows


def _seconds(frame: pd.DataFrame) -> list[int]:
    import pandas as pd

    index = pd.DatetimeIndex(frame.index)
    if index.tz is not None:
        index = index.tz_convert("UTC").tz_localize(None)
    seconds = np.asarray(index, dtype="datetime64[s]").astype(np.int64)
    return [int(second) for second in seconds]


def _columns(frame: pd.DataFrame) -> list[tuple[str, list[float]]]:
    return [(str(name), frame[name].to_numpy(dtype=float).tolist()) for name in frame.columns]

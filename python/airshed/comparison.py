"""Modelled against measured series, stations, and tracer experiments."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from . import _core, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from ._core import Comparison, Observations


def compare(
    model: pd.Series | pd.DataFrame | str | PathLike[str],
    observations: Observations,
    *,
    column: str | None = None,
    unit: str | None = None,
    model_height: float | None = None,
    model_stderr: pd.Series | None = None,
    wind_speed: pd.Series | None = None,
    wind_from_deg: pd.Series | None = None,
    fluxes: Sequence[str] | None = None,
    grid: str | None = None,
    background: float = 0.0,
    window_h: tuple[float, float] | None = None,
    hours: str | tuple[float, float] = "any",
    daily: bool = False,
    min_wind_m_s: float | None = None,
    lon_deg: float | None = None,
    mountain: bool | None = None,
    any_height: bool = False,
    model_error: float | None = None,
    observation_error: float | None = None,
    error_ratio: float | None = None,
    seed: int = 1,
) -> Comparison:
    """Match a modelled with a measured series: statistics with 95 % intervals, tables by group, a Taylor diagram.

    Parameters
    ----------
    model : pandas.Series, pandas.DataFrame or path
        A series over time (UTC unless it carries a time zone); a table with a ``column``; or a file: CSV with ``time``
        and a value, or the ``enhancements.csv`` of a run.
    observations : Observations
        Statistics are in its unit; the model is converted to it.
    column : str, optional
        Column of a table with several, such as ``co2.stilt``.
    unit : str, optional
        Unit of the model; by default that which its name states (``ppb``, ``co2_ppm``, ``co2.stilt``), else that of the
        observations.
    model_height : float, optional
        m above ground; must be that of the observations, or the stated model height of the station, unless
        ``any_height``.
    model_stderr, wind_speed, wind_from_deg : pandas.Series, optional
        At the times of the model: its standard error, wind speed [m s-1], the direction the wind comes from.
    fluxes, grid : optional
        Which fluxes of ``enhancements.csv`` are added up (``["all"]`` for all), and of which grid; needed if there are
        several.
    background : float
        Added to every modelled value, in its unit.
    window_h : (float, float), optional
        Average observations whose middle lies so many hours after the model's stamp: ``(0, 3)`` for starts of
        three-hour means, ``(-1.5, 1.5)`` for middles. By default a stamp is an instant and meets the observation that
        holds it, and observations longer than two model steps meet the mean of the model over them.
    hours : "any", "afternoon" (12-16), "night" (0-4), "representative", or two hours
        In mean local solar time; representative: night on mountains, afternoon elsewhere.
    daily : bool
        Compare means over local solar days; their months and seasons are local too.
    min_wind_m_s : float, optional
        Leave calmer times out.
    lon_deg : float, optional
        Longitude for local solar time, if the observations do not state it.
    mountain : bool, optional
        Whether the station is one on a mountain; as the station table has it if not given.
    model_error, observation_error : float, optional
        Standard error of each value, in the unit of the observations, for the regression of York et al. (2004);
        both, unless the series itself states the other.
    error_ratio : float, optional
        Variance of the model's errors over that of the observations', where only the ratio is known (Deming).
    seed : int
        Of the bootstrap.
    """
    choices: dict[str, Any] = {
        "unit": unit,
        "model_height": model_height,
        "window_h": window_h,
        "hours": hours,
        "daily": daily,
        "min_wind_m_s": min_wind_m_s,
        "lon_deg": lon_deg,
        "mountain": mountain,
        "any_height": any_height,
        "model_error": model_error,
        "observation_error": observation_error,
        "error_ratio": error_ratio,
        "seed": seed,
    }
    of_series = {"model_stderr": model_stderr, "wind_speed": wind_speed, "wind_from_deg": wind_from_deg}
    of_file = {"fluxes": None if fluxes is None else list(fluxes), "grid": grid}
    if isinstance(model, (str, PathLike)):
        _refuse("a file", of_series)
        return _core.compare_file(model, observations, choices | of_file | {"column": column, "background": background})
    _refuse("pandas", of_file)
    series = tables.column_of(model, column)
    return _core.compare_series(series + background, str(series.name or "model"), observations, choices | of_series)


def _refuse(what: str, arguments: Mapping[str, object]) -> None:
    given = [name for name, value in arguments.items() if value is not None]
    if given:
        raise TypeError(f"{', '.join(given)}: not for a model from {what}")


def ensemble_band(members: pd.DataFrame | Mapping[str, pd.Series] | Iterable[pd.Series]) -> pd.DataFrame:
    """Least, median and largest value of several model series at each time, and how many have a value then."""
    import pandas as pd

    if isinstance(members, (pd.DataFrame, Mapping)):
        members = [members[name] for name in members.keys()]
    return tables.over_time(_core.ensemble_columns(list(members)))


def stations() -> pd.DataFrame:
    """Stations of the ICOS atmosphere network and its neighbours, by id: place, sampling heights, class, source.

    ``model_height_agl_m`` is the height at which the ICOS Carbon Portal lets STILT start where that is another by
    design; ``class`` is missing where no source states it; ``is_mountain`` from 1000 m above sea level on.
    """
    return tables.stations_to_dataframe(_core.station_table())


def read_datem(file: str | PathLike[str]) -> pd.DataFrame:
    """Tracer samples of a DATEM file: start, end, station, lon_deg, lat_deg, value; title and tracer in ``attrs``."""
    import pandas as pd

    columns, title, tracer = _core.datem_columns(file)
    frame = pd.DataFrame(columns)
    frame.attrs = {"title": title, "tracer": tracer}
    return frame


def datem_statistics(
    model: pd.DataFrame | str | PathLike[str], observed: pd.DataFrame | str | PathLike[str], *, threshold: float = 0.0
) -> pd.Series:
    """Rank, R, fractional bias (FB), figure of merit in space (FMS, %) and Kolmogorov-Smirnov parameter (KSP, %).

    Samples of the same station, start and end are compared; pairs of zeros are left out. Files in DATEM format, or
    tables as :func:`read_datem` gives them. ``threshold`` is what a value must exceed to count for FMS.
    """
    import pandas as pd

    tables_of = [side if isinstance(side, pd.DataFrame) else read_datem(side) for side in (model, observed)]
    model_columns, observed_columns = (tables.tracer_columns(frame) for frame in tables_of)
    return pd.Series(_core.tracer_numbers(model_columns, observed_columns, threshold), name="value")

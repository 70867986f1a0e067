"""pandas and xarray forms of what the engine computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import xarray as xr

    from ._core import Comparison, Enhancement, Footprint, Observations, Trajectories

FOOT_UNITS = "ppm (umol-1 m2 s)"

_MEASURES = {
    "surface": (FOOT_UNITS, "surface influence"),
    "residence": ("s", "time between two heights"),
    "elevated": (FOOT_UNITS, "influence of sources between two heights"),
}

_WITH_INTERVAL = ("bias", "rmse", "centred_rmse", "r", "slope", "intercept")

_STARTS = {
    "xhgt": ("m", "height above ground at which the particle starts"),
    "release_min": ("min", "time from the receptor time to the start of the particle, negative backward"),
    "weight": ("1", "factor on the influence of the particle in a footprint"),
}


def trajectories_to_dataframe(trajectories: Trajectories) -> pd.DataFrame:
    """One row per particle and record, by time and then particle; records before its start and after its end are left
    out. Unless all particles start from one point at once, columns ``xhgt``, ``release_min``, ``weight`` are there."""
    import pandas as pd

    present = np.isfinite(trajectories["long"]).T
    record, particle = np.nonzero(present)
    columns = {"time": trajectories.time_min[record], "indx": particle + 1}
    for name in trajectories.keys():
        columns[name] = trajectories[name].T[present]
    for name, values in _starts(trajectories).items():
        columns[name] = values[particle]
    return pd.DataFrame(columns)


def _starts(trajectories: Trajectories) -> dict[str, np.ndarray]:
    """Where particles start, if not all from one point at once: by particle, under the names of the files."""
    if trajectories.is_from_a_point:
        return {}
    return {
        "xhgt": trajectories.release_height_agl_m,
        "release_min": trajectories.release_min,
        "weight": trajectories.weight,
    }


def trajectories_to_xarray(trajectories: Trajectories) -> xr.Dataset:
    """Tables with the dimensions (particle, time); ``time`` in minutes since the receptor time."""
    import xarray as xr

    receptor = trajectories.receptor
    tables = {
        name: (("particle", "time"), trajectories[name], trajectories.attributes(name)) for name in trajectories.keys()
    }
    starts = {
        name: ("particle", values, dict(zip(("units", "long_name"), _STARTS[name], strict=True)))
        for name, values in _starts(trajectories).items()
    }
    since_receptor = {"units": "min", "long_name": "time since the receptor time, negative backward"}
    coords = {
        "particle": np.arange(1, len(trajectories) + 1),
        "time": ("time", trajectories.time_min, since_receptor),
    }
    return xr.Dataset(tables | starts, coords, _receptor_attributes(receptor))


def footprint_to_dataset(footprint: Footprint) -> xr.Dataset:
    """``foot`` and, where the sampling error is known, ``foot_stderr``."""
    foot = footprint_to_xarray(footprint)
    dataset = foot.to_dataset(name="foot")
    if footprint.stderr is not None:
        stated = {"units": foot.attrs["units"], "long_name": "sampling error, one standard error"}
        dataset["foot_stderr"] = (foot.dims, footprint.stderr, stated)
    dataset.attrs = {name: value for name, value in foot.attrs.items() if name not in ("units", "long_name")}
    return dataset


def footprint_to_xarray(footprint: Footprint) -> xr.DataArray:
    """The footprint with named axes and units; ``.airshed`` of arrays is there from now on."""
    import xarray as xr

    from . import accessor  # noqa: F401

    if is_longlat(footprint.grid.crs):
        y, x = "lat", "lon"
        axis_units = {"lat": "degrees_north", "lon": "degrees_east"}
    else:
        y, x = "y", "x"
        axis_units = {"y": "units of the crs", "x": "units of the crs"}
    coords = {
        "time": ("time", footprint.time, {"long_name": "start of the layer, UTC"}),
        y: (y, footprint.y, {"units": axis_units[y]}),
        x: (x, footprint.x, {"units": axis_units[x]}),
    }
    attributes = {
        **dict(zip(("units", "long_name"), _MEASURES[footprint.grid.measure], strict=True)),
        "crs": footprint.grid.crs,
        "layer_seconds": footprint.layer_seconds,
        **_receptor_attributes(footprint.receptor),
    }
    return xr.DataArray(footprint.foot, coords, ("time", y, x), "foot", attributes)


def enhancement_to_series(enhancement: Enhancement) -> pd.Series:
    """Enhancement in ppm over the start of each layer, UTC."""
    import pandas as pd

    return pd.Series(enhancement.ppm, index=pd.Index(enhancement.time, name="time"), name="ppm")


def enhancement_to_dataframe(enhancement: Enhancement) -> pd.DataFrame:
    """Columns receptor, time, ppm and, where it is known, the sampling error stderr_ppm."""
    import pandas as pd

    columns = {"receptor": enhancement.receptor_id, "time": enhancement.time, "ppm": enhancement.ppm}
    if enhancement.stderr_ppm is not None:
        columns["stderr_ppm"] = enhancement.stderr_ppm
    return pd.DataFrame(columns)


def ends_to_dataframe(columns: dict[str, object]) -> pd.DataFrame:
    """One row per particle, numbered from 1: how, where and when it ended."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="particle")
    return frame


def ages_to_dataframe(bin_seconds: float, foot: np.ndarray, stderr: np.ndarray | None) -> pd.DataFrame:
    """Influence over the age at the end of each bin, h."""
    import pandas as pd

    columns = {"foot": foot} if stderr is None else {"foot": foot, "foot_stderr": stderr}
    ages = pd.Index(np.arange(1, len(foot) + 1) * bin_seconds / 3600.0, name="age_h")
    return pd.DataFrame(columns, ages)


def boundary_to_xarray(shares: dict, grid) -> xr.Dataset:
    """Shares and mean ages by side, with the height layers and the places along the sides as coordinates."""
    import xarray as xr

    edges = shares.pop("height_edges_m")
    y, x = ("lat", "lon") if is_longlat(grid.crs) else ("y", "x")
    along = {"north": x, "south": x, "east": y, "west": y}
    centres = {
        x: grid.west + (np.arange(shares["fraction_north"].shape[1]) + 0.5) * grid.dx,
        y: grid.south + (np.arange(shares["fraction_east"].shape[1]) + 0.5) * grid.dy,
    }
    variables = {}
    for what, units, words in (
        ("fraction", "1", "share of the particles that left through the side"),
        ("mean_age_h", "h", "their mean age, 0 where none left"),
    ):
        for side, axis in along.items():
            stated = {"units": units, "long_name": f"{words}, {side}"}
            variables[f"{what}_{side}"] = (("height", axis), shares.pop(f"{what}_{side}"), stated)
    coords = {
        "height": ("height", 0.5 * (edges[1:] + edges[:-1]), {"units": "m", "long_name": "height above ground"}),
        "height_bounds": (("height", "edge"), np.column_stack([edges[:-1], edges[1:]])),
        **centres,
    }
    return xr.Dataset(variables, coords, shares)


def series_to_arrays(series: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Seconds since 1970 UTC and values of a series over time."""
    import pandas as pd

    if not isinstance(series, pd.Series) or not isinstance(series.index, pd.DatetimeIndex):
        found = type(series).__name__
        if isinstance(series, pd.Series):
            found += f" over {type(series.index).__name__}"
        raise TypeError(f"expected a pandas.Series over a DatetimeIndex, found {found}")
    index = series.index if series.index.tz is None else series.index.tz_convert("UTC").tz_localize(None)
    if index.hasnans:
        raise ValueError("time: not a time (NaT) in the index")
    seconds = index.to_numpy().astype("datetime64[s]").astype("int64")
    return seconds, series.to_numpy(dtype="float64", na_value=np.nan)


def column_of(model: pd.Series | pd.DataFrame, column: str | None) -> pd.Series:
    """The series itself, or a column of a table."""
    import pandas as pd

    if not isinstance(model, pd.DataFrame):
        return model
    if column is None and len(model.columns) == 1:
        return model.iloc[:, 0]
    if column not in model.columns:
        from .exceptions import ConfigError

        names = ", ".join(str(name) for name in model.columns)
        raise ConfigError(f"column = {column}: the table has {names}")
    return model[column]


def over_time(columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table whose index is its column ``time``."""
    import pandas as pd

    return pd.DataFrame(columns).set_index("time")


def observations_to_dataframe(observations: Observations) -> pd.DataFrame:
    """Over the start of each interval, called ``time``."""
    import pandas as pd

    frame = pd.DataFrame(observations._columns()).rename(columns={"start": "time"}).set_index("time")
    frame["points"] = frame["points"].astype("Int64")
    frame.attrs.update(observations.metadata)
    return frame


def observations_to_series(observations: Observations) -> pd.Series:
    """Values alone."""
    frame = observations_to_dataframe(observations)
    series = frame["value"].rename(observations.species)
    series.attrs = frame.attrs
    return series


def observations_to_xarray(observations: Observations) -> xr.Dataset:
    """The dimension ``time`` is the start of each interval."""
    import xarray as xr

    columns = observations._columns()
    stated = {"units": observations.unit}
    plain = ("end", "points", "flag")
    time = ("time", columns.pop("start"), {"long_name": "start of the averaging interval, UTC"})
    variables = {name: ("time", values, {} if name in plain else stated) for name, values in columns.items()}
    return xr.Dataset(variables, {"time": time}, dict(observations.metadata))


def statistics_to_dataframe(comparison: Comparison) -> pd.DataFrame:
    """A row for each statistic: value, low, high."""
    import pandas as pd

    rows = comparison._statistics()
    frame = pd.DataFrame([row[1:] for row in rows], columns=["value", "low", "high"])
    frame.index = pd.Index([row[0] for row in rows], name="statistic")
    frame.attrs = {"units": comparison.unit}
    return frame


def groups_to_dataframe(comparison: Comparison, grouping: str) -> pd.DataFrame:
    """A row for each group; columns as the statistics, with ``_low`` and ``_high`` where they have an interval."""
    import pandas as pd

    groups = comparison._by(grouping)
    rows: list[dict[str, float]] = []
    for _, statistics in groups:
        row: dict[str, float] = {}
        for name, value, low, high in statistics:
            row[name] = int(value) if name == "n" else value
            if name in _WITH_INTERVAL:
                row[f"{name}_low"], row[f"{name}_high"] = low, high
        rows.append(row)
    frame = pd.DataFrame(rows, index=pd.Index([label for label, _ in groups], name=grouping))
    frame.attrs = {"units": comparison.unit}
    return frame


def matched_to_dataframe(comparison: Comparison) -> pd.DataFrame:
    """All matched rows over time."""
    frame = over_time(comparison._matched())
    frame.attrs = {"units": comparison.unit, "model": comparison.model, "observed": comparison.observed}
    return frame


def quantiles_to_dataframe(rows: list[tuple[float, float, float]], ks: float) -> pd.DataFrame:
    """Over probability, with the distance of the distributions in ``attrs``."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=["probability", "model", "observed"]).set_index("probability")
    frame.attrs = {"ks": ks}
    return frame


def stations_to_dataframe(columns: Mapping[str, Any]) -> pd.DataFrame:
    """By id."""
    import pandas as pd

    frame = pd.DataFrame(columns).set_index("id")
    frame["class"] = frame["class"].astype("Int64")
    return frame


def tracer_columns(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray]:
    """Start and end in seconds, station and value."""
    seconds = [frame[name].to_numpy().astype("datetime64[s]").astype("int64") for name in ("start", "end")]
    return (
        seconds[0],
        seconds[1],
        [str(station) for station in frame["station"]],
        frame["value"].to_numpy(dtype="float64"),
    )


def jacobian_to_scipy(jacobian):
    """A scipy.sparse.csr_array of a Jacobian."""
    from scipy.sparse import csr_array  # type: ignore[import-untyped, import-not-found, unused-ignore]

    return csr_array((jacobian.data, jacobian.indices, jacobian.indptr), shape=jacobian.shape)


def is_longlat(crs: str) -> bool:
    """Whether a PROJ string or EPSG code means degrees of longitude and latitude."""
    text = crs.lower().replace(" ", "")
    return "+proj=longlat" in text or "+proj=latlong" in text or text in ("epsg:4326", "4326", "ogc:crs84")


def _receptor_attributes(receptor) -> dict[str, object]:
    attributes = {
        "receptor": receptor.id,
        "receptor_time": f"{receptor.time}Z",
        "receptor_lon_deg": receptor.lon_deg,
        "receptor_lat_deg": receptor.lat_deg,
        "receptor_height_agl_m": receptor.height_agl_m,
        "receptor_height_asl_m": receptor.height_asl_m,
        "receptor_kind": None if receptor.kind == "point" else receptor.kind,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def contributions_to_dataframe(columns: dict[str, list]) -> pd.DataFrame:
    """Contributions by their labels; ages in hours, NaN where they are not told apart."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    for name in ("age_from_h", "age_to_h"):
        if name in frame:
            frame[name] = pd.to_numeric(frame[name])
    return frame

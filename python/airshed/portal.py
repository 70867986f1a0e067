"""Results in the columns of the ICOS Carbon Portal's STILT service, as pandas objects."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from . import _core

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


def _seconds(frame: pd.DataFrame) -> list[int]:
    import pandas as pd

    index = pd.DatetimeIndex(frame.index)
    if index.tz is not None:
        index = index.tz_convert("UTC").tz_localize(None)
    seconds = np.asarray(index, dtype="datetime64[s]").astype(np.int64)
    return [int(second) for second in seconds]


def _columns(frame: pd.DataFrame) -> list[tuple[str, list[float]]]:
    return [(str(name), frame[name].to_numpy(dtype=float).tolist()) for name in frame.columns]

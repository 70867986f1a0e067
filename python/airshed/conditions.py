"""What the air is like at given places and times, as particles there would meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike
    from typing_extensions import Unpack

    from ._core import Config, MetStore
    from .run import Transport


def conditions(
    met: MetStore,
    *,
    time: Any,
    lon_deg: ArrayLike,
    lat_deg: ArrayLike,
    height_agl_m: ArrayLike,
    config: Config | None = None,
    **transport: Unpack[Transport],
) -> pd.DataFrame:
    """Mixing height, turbulence, density and mean wind at given places and times: what transport itself works with.

    Parameters
    ----------
    met : MetStore
        The meteorology.
    time : times
        UTC, one or many: text (ISO 8601), datetime, pandas or numpy times, to the second.
    lon_deg, lat_deg : float or array
        Degrees east, degrees north.
    height_agl_m : float or array
        m above ground. All four are broadcast against each other and flattened.
    config : Config
        Where the switches come from that are not given here.
    **transport
        Keys of the section ``[transport]`` of the configuration: ``kmixd``, ``kmix0``, ...

    Returns
    -------
    pandas.DataFrame
        A row per place: ``time``, ``lon_deg``, ``lat_deg``, ``height_agl_m``, ``mixing_height_m``, ``sigma_w_m_s``,
        ``lagrangian_time_s``, ``air_density_kg_m3`` (dry air), ``pressure_hpa``, ``terrain_m``, and the mean wind to
        the east and north and relative to the terrain-following levels: ``u_m_s``, ``v_m_s``, ``w_m_s``. Rows
        outside the meteorology are NaN.

    Raises
    ------
    MetCoverageError
        The meteorology holds none of the times.
    ConfigError
        A switch is unknown or has an impossible value.
    """
    import pandas as pd

    settings = _core.Settings(config, {}, transport)
    times = np.atleast_1d(np.asarray(time))
    if times.dtype.kind != "M":
        times = pd.to_datetime(times, utc=True).tz_localize(None).to_numpy()
    times = times.astype("datetime64[s]")
    if np.isnat(times).any():
        raise ValueError("time: not a time (NaT)")
    places = [np.atleast_1d(np.asarray(values, float)) for values in (lon_deg, lat_deg, height_agl_m)]
    seconds, *places = (np.ascontiguousarray(a.ravel()) for a in np.broadcast_arrays(times.astype(np.int64), *places))
    asked = dict(zip(("lon_deg", "lat_deg", "height_agl_m"), places, strict=True))
    found = _core.conditions(met, settings, seconds, *places)
    return pd.DataFrame({"time": seconds.astype("datetime64[s]")} | asked | found)

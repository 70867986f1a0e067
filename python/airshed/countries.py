"""Countries of the world on cells of 0.1 degrees, with the codes of ISO 3166 (see ``data/README.md``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._core import country_codes, country_table

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray


def countries() -> pd.DataFrame:
    """All countries of the map: ``alpha2`` and ``name`` over ``alpha3``, the codes of ISO 3166-1.

    Territories with a code of their own (French Guiana, Svalbard) are countries here. Kosovo is XKX, and XXX is land
    without a code.
    """
    import pandas as pd

    return pd.DataFrame(country_table(), columns=["alpha3", "alpha2", "name"]).set_index("alpha3")


def country_at(lon_deg: ArrayLike, lat_deg: ArrayLike) -> str | NDArray[np.str_]:
    """The country in which a place lies (alpha-3; ``SEA`` at sea and where there is no such place), or those of many.

    Parameters
    ----------
    lon_deg, lat_deg : float or array
        Degrees; arrays are broadcast against each other.
    """
    lon, lat = np.broadcast_arrays(np.asarray(lon_deg, float), np.asarray(lat_deg, float))
    codes = np.array(country_codes(lon, lat)).reshape(lon.shape)
    return str(codes) if codes.ndim == 0 else codes

"""What is special about a tracer: units, radon, the hydroxyl radical, radiocarbon.

All functions but ``nuclear_releases`` take numbers and numpy arrays, element by element, and give numbers or arrays.
"""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._core import Footprint, Trajectories

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import ArrayLike

    from .run import Run

#: Half-life of radon 222, h: 3.8235 d. STILT's R code takes 3.82535 d for the time to fall to 1/e, too fast by 1/ln 2.
RADON_HALF_LIFE_H = 91.764

__all__ = [
    "RADON_HALF_LIFE_H",
    "ch4_loss_rate",
    "co_loss_rate",
    "convert",
    "delta14c",
    "delta14c_notebook",
    "nuclear_delta14c",
    "nuclear_releases",
    "radon_activity",
    "radon_flux",
    "radon_flux_of_atoms",
]


def _over_arrays(function: Callable[..., float], *values: ArrayLike) -> Any:
    result = np.vectorize(function, otypes=[float])(*values)
    return result if result.ndim else float(result)


def convert(value: ArrayLike, unit: str, to: str) -> Any:
    """An amount in air in another unit: ``ppm``, ``ppb``, ``ppt``; from any spelling (``mol mol-1``, ``1e-9``)."""
    return np.asarray(value, dtype=float) * _core.convert_unit(1.0, unit, to)


def radon_flux(becquerel_m2_s: ArrayLike) -> Any:
    """A radon flux in Bq m-2 s-1 (20 mBq are 0.02) as umol m-2 s-1, the unit of footprints."""
    return _over_arrays(_core.radon_flux, becquerel_m2_s)


def radon_flux_of_atoms(atoms_m2_s: ArrayLike) -> Any:
    """A radon flux in atoms m-2 s-1 (1 atom cm-2 s-1 is 1e4) as umol m-2 s-1."""
    return _over_arrays(_core.radon_flux_of_atoms, atoms_m2_s)


def radon_activity(ppm: ArrayLike, *, pressure_hpa: ArrayLike = 1013.25, temperature_k: ArrayLike = 273.15) -> Any:
    """Activity of radon, Bq m-3, of a mole fraction in ppm; at 0 degrees and 1013.25 hPa unless told."""
    return _over_arrays(_core.radon_activity, ppm, pressure_hpa, temperature_k)


def co_loss_rate(temperature_k: ArrayLike, pressure_hpa: ArrayLike, *, oh_molec_cm3: ArrayLike) -> Any:
    """Loss of CO to OH, s-1: 1.3e-13 (1 + 0.6 p / 1000 hPa) 300 / T [OH]."""
    return _over_arrays(_core.co_loss_rate, temperature_k, pressure_hpa, oh_molec_cm3)


def ch4_loss_rate(temperature_k: ArrayLike, *, oh_molec_cm3: ArrayLike) -> Any:
    """Loss of CH4 to OH, s-1: 2.45e-12 exp(-1775 / T) [OH]."""
    return _over_arrays(_core.ch4_loss_rate, temperature_k, oh_molec_cm3)


def delta14c(
    *,
    background_ppm: ArrayLike,
    background_per_mil: ArrayLike,
    fossil_ppm: ArrayLike,
    biosphere_ppm: ArrayLike = 0.0,
    biosphere_per_mil: ArrayLike = 0.0,
) -> Any:
    """Delta 14C of CO2 by the balance of mass, per mil: fossil carbon has -1000; without nuclear releases."""
    return _over_arrays(
        _core.delta14c, background_ppm, background_per_mil, biosphere_ppm, biosphere_per_mil, fossil_ppm
    )


def delta14c_notebook(*, background_per_mil: ArrayLike, co2_ppm: ArrayLike, fossil_ppm: ArrayLike) -> Any:
    """Delta 14C of CO2 as the notebooks of the ICOS Carbon Portal have it, per mil: biosphere like background."""
    return _over_arrays(_core.delta14c_notebook, background_per_mil, co2_ppm, fossil_ppm)


def nuclear_delta14c(becquerel_per_mol: ArrayLike, *, co2_ppm: ArrayLike) -> Any:
    """What nuclear releases of so many Bq per mol of air add to Delta 14C of CO2, per mil."""
    return _over_arrays(_core.nuclear_delta14c, becquerel_per_mol, co2_ppm)


def nuclear_releases(
    seen_by: Footprint | Trajectories | Run, facilities: str | PathLike[str], *, radius_m: float | None = None
) -> pd.DataFrame:
    """What each facility of a table brings to a receptor.

    Parameters
    ----------
    seen_by : Footprint, or Run or Trajectories with ``radius_m``
        A footprint in ppm / (umol m-2 s-1) takes each facility as spread over the cell it stands in; particles take it
        as spread over a circle.
    facilities : path
        CSV with ``name``, ``lat_deg``, ``lon_deg``, ``gbq_per_year`` and, if releases differ by year, ``year``.
    radius_m : float, optional
        Radius of that circle, m.

    Returns
    -------
    pandas.DataFrame
        By ``name``: ``becquerel_per_mol`` of air, and whether it is ``on_grid``; nothing is known of one that is not.
    """
    import pandas as pd

    held: Any = seen_by
    if radius_m is not None and not isinstance(held, Trajectories):
        held = held.trajectories
    rows = _core.nuclear_releases(held, facilities, radius_m)
    return pd.DataFrame(rows, columns=["name", "becquerel_per_mol", "on_grid"]).set_index("name")

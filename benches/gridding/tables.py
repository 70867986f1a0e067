"""Particle tables of real meteorology, as airshed holds them and as PYSTILT reads them.

A table is simulated once and kept in the working folder; the files of meteorology are looked for in a folder.
"""

import tempfile
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd

import airshed

GDAS, NGM, WRF = "gdas1_20100211T12_13T00.arl", "ngm_19951016T00_17T10.arl", "wrf_katrina_20050828.arl"
VORTICES = "idealised_vortices.arl"

# meteorology, hours, then the receptor
TABLES = {
    "gdas": (GDAS, -24, {"time": "2010-02-12T20:00", "lon_deg": -64.8, "lat_deg": 16.2, "height_agl_m": 100}),
    "gdas_forward": (GDAS, 12, {"time": "2010-02-11T14:00", "lon_deg": -60.2, "lat_deg": 15.6, "height_agl_m": 30}),
    "gdas_column": (
        GDAS,
        -12,
        {"time": "2010-02-12T18:00", "lon_deg": -64.2, "lat_deg": 16.7, "height_agl_m": 10, "height_top_m": 2010},
    ),
    "gdas_atmosphere": (
        GDAS,
        -12,
        {
            "time": "2010-02-12T18:00",
            "lon_deg": -64.2,
            "lat_deg": 16.7,
            "height_agl_m": 0,
            "height_top_m": 3000,
            "even_in": "pressure",
            "mean_over": "atmosphere",
        },
    ),
    "ngm": (NGM, -24, {"time": "1995-10-17T06:00", "lon_deg": -85.0, "lat_deg": 35.0, "height_agl_m": 100}),
    "ngm_span": (
        NGM,
        -15,
        {"time": "1995-10-17T09:00", "lon_deg": -88.0, "lat_deg": 42.0, "height_agl_m": 20, "release_h": 3},
    ),
    "wrf": (WRF, -3, {"time": "2005-08-28T21:00", "lon_deg": -90.2, "lat_deg": 24.2, "height_agl_m": 50}),
    "vortices": (VORTICES, -24, {"time": "2019-06-23T12:00", "lon_deg": 4.93, "lat_deg": 51.97, "height_agl_m": 120}),
}


def simulate(name, met_dir, particles, seed=1):
    """The ensemble of a table."""
    file, hours, receptor = TABLES[name]
    met = airshed.MetStore(Path(met_dir) / file)
    run = airshed.simulate(met, airshed.Receptor(**receptor), hours=hours, particles=particles, seed=seed)
    return run.trajectories


def turned(trajectories, degrees_east):
    """The same ensemble elsewhere on its circles of latitude."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "turned.nc")
        trajectories.to_netcdf(path)
        with netCDF4.Dataset(path, "a") as file:
            file["long"].set_auto_mask(False)
            file["long"][:] = (file["long"][:] + degrees_east + 180.0) % 360.0 - 180.0
        return airshed.Trajectories.open(path)


def rows(trajectories, bare=False):
    """One row per particle and minute under PYSTILT's names; `bare`: without the columns that gridding has no use for.

    The weights of a column stand in `foot`, since PYSTILT knows none in its gridding.
    """
    names = {"long": "lon", "lati": "lat", "foot": "foot"}
    if not bare:
        names |= {name: name for name in ("zagl", "foot_no_hnf_dilution", "mlht", "dens", "samt", "sigw", "tlgr")}
    there = np.isfinite(trajectories["long"])
    particle, record = np.nonzero(there)
    columns = {"particle": particle + 1.0, "age": trajectories.time_min[record]}
    for ours, theirs in names.items():
        columns[theirs] = trajectories[ours][there].astype("f8")
    columns["foot"] = columns["foot"] * trajectories.weight[particle]
    return pd.DataFrame(columns)

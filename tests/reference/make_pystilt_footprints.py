"""Writes pystilt_*.nc: footprints as PYSTILT's own writer stores them.

pip install pystilt==0.1.0a25 && python tests/reference/make_pystilt_footprints.py
"""

from pathlib import Path

import numpy as np
import pandas as pd
import stilt
from stilt.footprint import calc_footprint

PARTICLES, MINUTES = 8, 125
TIME = pd.Timestamp("2010-02-12 18:00")
LAMBERT = "+proj=lcc +lat_1=40 +lat_2=60 +lat_0=52 +lon_0=5 +datum=WGS84 +units=m"


def plume(lon, lat):
    rng = np.random.default_rng(5)
    shape = (PARTICLES, MINUTES)
    particle, minute = np.meshgrid(np.arange(PARTICLES) + 1, np.arange(MINUTES) + 1, indexing="ij")
    track = np.cumsum(rng.normal([[[-0.012]], [[0.005]]], 0.01, (2, *shape)), axis=2)
    table = {"particle": particle, "age": -1.0 * minute, "lon": (lon + track[0] + 180) % 360 - 180}
    table |= {"lat": lat + track[1], "foot": rng.gamma(2.0, 1e-3, shape), "zagl": np.full(shape, 50.0)}
    return pd.DataFrame({name: values.ravel() for name, values in table.items()})


def write(name, receptor, bounds, size, crs="+proj=longlat", **settings):
    west, east, south, north = bounds
    grid = stilt.Grid(xmin=west, xmax=east, ymin=south, ymax=north, xres=size, yres=size, crs=crs)
    lon, lat, _ = receptor.points[0].coords[0]
    foot = calc_footprint(plume(lon, lat), receptor, grid, name=name, **settings)
    foot.stilt.to_netcdf(Path(__file__).with_name(f"pystilt_{name}.nc"))
    print(name, foot.shape, float(foot.sum()))


tower = stilt.PointReceptor(time=TIME, longitude=4.927, latitude=51.971, altitude=207.0)
island = stilt.PointReceptor(time=TIME, longitude=-179.2, latitude=-17.0, altitude=10.0, altitude_ref="msl")
column = stilt.ColumnReceptor(time=TIME, longitude=4.927, latitude=51.971, bottom=0.0, top=3000.0)
write("hourly", tower, (2.0, 6.0, 51.5, 53.5), 0.1)
write("dateline", island, (179.0, -178.5, -18.0, -16.0), 0.1, smooth_factor=0.0)
write("lambert", column, (2.0, 5.5, 51.2, 53.0), 5000.0, LAMBERT, time_integrate=True)

"""Draws ``concepts.png``: ``python docs/guide/concepts_figure.py``."""

import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr

import airshed

EXTENT = (-9.0, 11.0, 48.0, 58.0)
CITIES = {"London": (-0.1, 51.5), "Paris": (2.35, 48.85), "Rhine and Ruhr": (7.0, 51.4), "Randstad": (4.5, 52.1)}

weather = airshed.MetStore.synthetic(hours=96, spacing_deg=1.0)
grid = airshed.Grid(west=-9, east=11, south=48, north=58, dx=0.2, dy=0.2)


def receptor(time):
    return airshed.Receptor(
        id=f"tower_{pd.Timestamp(time):%d%H}", time=time, lon_deg=4.927, lat_deg=51.971, height_agl_m=207.0
    )


lat, lon = np.arange(48.05, 58.0, 0.1), np.arange(-8.95, 11.0, 0.1)
emission = np.full((len(lat), len(lon)), 0.15)
for city_lon, city_lat in CITIES.values():
    away = ((lon - city_lon) * 0.62) ** 2 + ((lat - city_lat) ** 2)[:, np.newaxis]
    emission += 12.0 * np.exp(-away / 0.18)
inventory = xr.DataArray(emission, {"lat": lat, "lon": lon}, ("lat", "lon"), attrs={"units": "umol m-2 s-1"})
file = Path(tempfile.mkdtemp(), "flux.nc")
inventory.to_dataset(name="flux").to_netcdf(file)
flux = airshed.Flux.open(file, variable="flux")

run = airshed.simulate(weather, receptor("2019-09-22T18:00"), hours=-24, particles=1000, progress=False)
foot = run.footprint(grid)
times = pd.date_range("2019-09-21T12:00", "2019-09-23T12:00", freq="3h")
ppm = [
    other.footprints()[0].convolve(flux).total_ppm
    for other in airshed.simulate(
        weather, [receptor(time) for time in times], hours=-24, particles=300, grids=grid, keep=False, progress=False
    )
]

figure, axes = plt.subplots(2, 2, figsize=(11.5, 8.2), layout="constrained")
canvas = airshed.plot.map.Map(EXTENT, ax=axes[0, 0])
particles = run.trajectories
heights = particles["zagl"][:, 59::60]
cloud = axes[0, 0].scatter(
    particles["long"][:, 59::60], particles["lati"][:, 59::60], c=heights, s=2, linewidths=0, vmax=2000, rasterized=True
)
figure.colorbar(cloud, ax=axes[0, 0], shrink=0.85, pad=0.02, extend="max", label="height above ground, m")
canvas.coasts()
canvas.receptor(4.927, 51.971)
canvas.frame()
foot.plot(ax=axes[0, 1], decades=3.5)
airshed.plot.cells(
    emission,
    airshed.Grid(west=-9, east=11, south=48, north=58, dx=0.1, dy=0.1),
    ax=axes[1, 0],
    cmap="YlGn",
    decades=2,
    receptor=(4.927, 51.971),
    label="flux, µmol m$^{-2}$ s$^{-1}$",
)
airshed.plot.series(pd.DataFrame({"inventory": ppm}, times), background=pd.Series(408.0, times), ax=axes[1, 1])
axes[1, 1].legend(loc="upper right", fontsize="small")
for ax, title in zip(
    axes.flat,
    (
        "1. particles: where the air was before",
        "2. footprint: where it touched the ground",
        "3. flux: what is emitted there",
        "4. background + footprint times flux: what a tower sees",
    ),
    strict=True,
):
    ax.set_title(title, loc="left", fontsize="medium")
figure.savefig(Path(__file__).with_name("concepts.png"), dpi=90)

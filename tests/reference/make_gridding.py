"""Writes gridding.nc: particle tables and what PYSTILT makes of them.

    pip install pystilt==0.1.0a25 netCDF4 && python tests/reference/make_gridding.py ../shared/met

Three tables are invented walks, two come of real meteorology: a release over an hour (NGM) and a column whose particles
have weights (GDAS), followed by airshed. Positions are whole 1e-4 degrees and a half, influence is rounded to 2**-24,
so that both programs read the same numbers.

STILT v2 splits early steps in time and then drops every inserted row that lacks any column of the particle table, so
with the columns that HYSPLIT writes nothing is inserted. The case "split" is gridded from a table without other
columns.
"""

import sys
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pyproj
import stilt
from stilt.footprint import calc_footprint, gridding
from stilt.particles.table import correct_near_field

import airshed

PARTICLES, MINUTES = 16, 125
TIME = pd.Timestamp("2010-02-12 18:00")
LAMBERT = "+proj=lcc +lat_1=40 +lat_2=60 +lat_0=52 +lon_0=5 +datum=WGS84 +units=m"


def off_edges(degrees):
    """Half a unit off the decimals on which cell edges lie: there, rounding would choose the cell."""
    return (np.floor(degrees * 1e4) + 0.5) / 1e4


def walk(seed, lon, lat, wind_deg_min):
    """A cloud that drifts off with a random walk; some particles end early; influence comes and goes."""
    rng = np.random.default_rng(seed)
    shape = (PARTICLES, MINUTES)
    velocity = np.zeros((2, *shape))
    for k in range(1, MINUTES):
        velocity[:, :, k] = 0.97 * velocity[:, :, k - 1] + 0.25 * wind_deg_min * rng.normal(size=(2, PARTICLES))
    track = np.cumsum(velocity + np.array([-wind_deg_min, 0.4 * wind_deg_min])[:, None, None], axis=2)
    table = {
        "lon": off_edges(lon + track[0]),
        "lat": off_edges(lat + track[1]),
        "foot": np.round(rng.gamma(2.0, 1e-3, shape) * (rng.random(shape) < 0.6) * 2**24) / 2**24,
    }
    table["lon"] = (table["lon"] + 180) % 360 - 180
    table["lon"] = off_edges(table["lon"])
    end = np.where(rng.random(PARTICLES) < 0.2, rng.integers(5, MINUTES, PARTICLES), MINUTES)
    gone = np.arange(MINUTES)[None, :] >= end[:, None]
    for values in table.values():
        values[gone] = np.nan
    return table


def real(file, **receptor):
    """A few particles through real meteorology: positions, influence times weight for PYSTILT, and the weights."""
    met = airshed.MetStore(Path(sys.argv[1], file))
    run = airshed.simulate(met, airshed.Receptor(**receptor), hours=-3, particles=PARTICLES, progress=False)
    start = int(np.argmax(np.isfinite(run.trajectories["foot"]).any(axis=0)))
    tables = {"lon": "long", "lat": "lati", "foot": "foot"}
    table = {name: run.trajectories[ours][:, start : start + MINUTES].astype("f8") for name, ours in tables.items()}
    for name in ("lon", "lat"):
        table[name] = off_edges(table[name])
    table["foot"] = np.round(table["foot"] * 2**24) / 2**24
    return table, run.trajectories.weight


def long_form(table, sign):
    particle, step = np.meshgrid(np.arange(PARTICLES), np.arange(MINUTES), indexing="ij")
    frame = pd.DataFrame({"particle": particle.ravel() + 1, "age": sign * (step.ravel() + 1.0)})
    for name, values in table.items():
        frame[name] = values.astype("f8").ravel()
    return frame.dropna().reset_index(drop=True)


def in_degrees(grid, crs):
    """Bounds that PYSTILT projects back to `grid`, with a metre more so that rounding costs no cell."""
    west, east, south, north = grid
    back = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    (lon0, lon1), (lat0, lat1) = back.transform([west, east + 1.0], [south, north + 1.0])
    return lon0, lon1, lat0, lat1


CASES = {  # table, sign of time, bounds, dx, dy, crs, time_integrate, smooth_factor
    "hourly": ("slow", -1, (1.0, 6.0, 51.0, 53.5), 0.1, 0.1, "+proj=longlat", False, 1.0),
    "split": ("fast", -1, (3.4, 5.2, 51.8, 52.8), 0.04, 0.04, "+proj=longlat", True, 1.0),
    "fine": ("fast", -1, (3.4, 5.2, 51.8, 52.8), 0.04, 0.04, "+proj=longlat", True, 1.0),
    "unsmoothed": ("fast", -1, (1.0, 6.0, 51.0, 53.5), 0.1, 0.1, "+proj=longlat", False, 0.0),
    "twice_as_smooth": ("slow", -1, (2.0, 5.0, 51.5, 53.0), 0.1, 0.1, "+proj=longlat", True, 2.0),
    "oblong": ("slow", -1, (2.0, 6.0, 51.5, 53.0), 0.2, 0.05, "+proj=longlat", True, 2.0),
    "forward": ("slow", 1, (1.0, 6.0, 51.0, 53.5), 0.25, 0.25, "+proj=longlat", False, 1.0),
    "antimeridian": ("dateline", -1, (177.0, -177.0, -18.0, -15.0), 0.1, 0.1, "+proj=longlat", True, 1.0),
    "release_over_an_hour": ("ngm", -1, (-88.1, -87.8, 41.4, 42.1), 0.02, 0.02, "+proj=longlat", False, 1.0),
    "weighted_column": ("gdas", -1, (-64.25, -63.85, 16.55, 16.75), 0.01, 0.01, "+proj=longlat", False, 1.0),
    "mostly_outside": ("ngm", -1, (-87.99, -87.93, 41.6, 41.72), 0.005, 0.005, "+proj=longlat", True, 2.0),
    "lambert": ("slow", -1, (-240e3, 60e3, -60e3, 120e3), 5e3, 5e3, LAMBERT, True, 1.0),
}
TABLES = {
    "slow": walk(1, 4.927, 51.971, 0.012),
    "fast": walk(2, 4.927, 51.971, 0.06),
    "dateline": walk(3, -179.2, -17.0, 0.012),
}
WEIGHTS = {}
PLACES = {
    "ngm": {
        "file": "ngm_19951016T00_17T10.arl",
        "time": "1995-10-17T09:00",
        "lon_deg": -88.0,
        "lat_deg": 42.0,
        "height_agl_m": 20,
        "release_h": 1,
    },
    "gdas": {
        "file": "gdas1_20100211T12_13T00.arl",
        "time": "2010-02-12T18:00",
        "lon_deg": -64.2,
        "lat_deg": 16.7,
        "height_agl_m": 0,
        "height_top_m": 1500,
        "even_in": "pressure",
        "mean_over": "atmosphere",
    },
}
for place, description in PLACES.items():
    TABLES[place], WEIGHTS[place] = real(**description)


def grid_case(case, split):
    name, sign, bounds, dx, dy, crs, integrate, factor = case
    west, east, south, north = bounds if crs == "+proj=longlat" else in_degrees(bounds, crs)
    grid = stilt.Grid(xmin=west, xmax=east, ymin=south, ymax=north, xres=dx, yres=dy, crs=crs)
    receptor = stilt.PointReceptor(time=TIME, longitude=4.927, latitude=51.971, altitude=207.0)
    particles = long_form(TABLES[name], sign)
    if name in WEIGHTS:
        particles["foot"] *= WEIGHTS[name][particles["particle"] - 1]
    if not split:
        particles["zagl"] = 100.0
    foot = calc_footprint(particles, receptor, grid, smooth_factor=factor, time_integrate=integrate)
    hours = ((pd.to_datetime(foot["time"].values).tz_localize(None) - TIME) / pd.Timedelta("1h")).to_numpy()
    if name == "dateline":  # PYSTILT sorts longitudes to -180...180; airshed keeps the axis whole
        foot = foot.isel(lon=np.argsort(foot["lon"].values % 360))
    return hours, foot.values


def near_field():
    """Particle columns and PYSTILT's diluted influence; one Lagrangian time so short that the root is undefined."""
    rng = np.random.default_rng(4)
    shape = (6, 60)
    columns = {
        "foot": rng.gamma(2.0, 1e-3, shape),
        "samt": np.where(rng.random(shape) < 0.7, rng.random(shape), 0.0),
        "sigw": 0.1 + rng.random(shape),
        "tlgr": 20 + 150 * rng.random(shape),
        "mlht": 400 + 1200 * rng.random(shape),
        "dens": 1.0 + 0.2 * rng.random(shape),
    }
    columns["tlgr"][3, 5] = 1e-3
    columns["sigw"][4, 30:] = np.nan
    columns = {name: (np.round(values * 2**14) / 2**14).astype("f4") for name, values in columns.items()}
    particle, step = np.meshgrid(np.arange(6), np.arange(60), indexing="ij")
    frame = pd.DataFrame({"particle": particle.ravel() + 1, "age": -(step.ravel() + 1.0)})
    for name, values in columns.items():
        frame[name] = values.astype("f8").ravel()
    receptor = stilt.PointReceptor(time=TIME, longitude=4.927, latitude=51.971, altitude=207.0)
    columns["expected"] = correct_near_field(frame, receptor, 0.5)["foot"].to_numpy().reshape(shape)
    return columns


def main():
    gridding.check_particles = lambda *_, **__: None  # it asks for zagl, which gridding does not use
    with netCDF4.Dataset(Path(__file__).with_name("gridding.nc"), "w") as out:
        out.source = f"pystilt {stilt.__version__}"
        out.createDimension("particle", PARTICLES)
        out.createDimension("minute", MINUTES)
        deflated = {"zlib": True, "complevel": 9, "shuffle": True}
        for name, table in TABLES.items():
            for column in ("lon", "lat"):
                scaled = np.where(np.isnan(table[column]), -(2**31) + 1, np.floor(table[column] * 1e4))
                out.createVariable(f"{name}_{column}_1e4", "i4", ("particle", "minute"), **deflated)[:] = scaled
            out.createVariable(f"{name}_foot", "f4", ("particle", "minute"), **deflated)[:] = table["foot"]
        for name, weights in WEIGHTS.items():
            out.createVariable(f"{name}_weight", "f8", ("particle",))[:] = weights
        for name, case in CASES.items():
            hours, values = grid_case(case, split=name == "split")
            dims = [f"{name}_{d}" for d in ("hour", "y", "x")]
            for dim, size in zip(dims, values.shape, strict=True):
                out.createDimension(dim, size)
            out.createVariable(dims[0], "f8", dims[:1])[:] = hours
            foot = out.createVariable(f"{name}_expected", "f8", dims, **deflated)
            foot[:] = values
            table, sign, bounds, dx, dy, crs, integrate, factor = case
            foot.setncatts({"table": table, "sign": float(sign), "bounds": np.array(bounds, "f8"), "dx": dx, "dy": dy})
            foot.setncatts({"crs": crs, "time_integrate": float(integrate), "smooth_factor": factor})
            print(name, values.shape, values.sum(), values.max())
        out.createDimension("plume_particle", 6)
        out.createDimension("plume_minute", 60)
        for name, values in near_field().items():
            kind = "f8" if name == "expected" else "f4"
            dims = ("plume_particle", "plume_minute")
            out.createVariable(f"plume_{name}", kind, dims, **deflated)[:] = values


if __name__ == "__main__":
    main()

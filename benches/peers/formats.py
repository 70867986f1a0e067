"""A batch on a week of hourly ERA5 at 0.25 degrees over Europe, against the same week as ARL.

usage: formats.py [--airshed PATH] [--folder DIR] [--days 7] [--receptors 24] [--hours 72] [--rounds 3]

Writes the week once to --folder (netCDF as the Climate Data Store hands it out: deflated, levels and ground apart,
2 GB; `airshed met --to-arl` makes 1 GB of it), flies the same receptors through both, interleaved, and prints the
ratios of wall time and of CPU time, and decode rates in MB of single-precision fields per second and core, beside
xarray and arlmet reading the same files. Needs numpy, netCDF4, xarray; arlmet if it is there.
"""

import argparse
import json
import statistics
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from process import measure

from run import built_airshed

LEVELS_HPA = [
    1000,
    975,
    950,
    925,
    900,
    875,
    850,
    825,
    800,
    775,
    750,
    700,
    650,
    600,
    550,
    500,
    450,
    400,
    350,
    300,
    250,
    225,
    200,
    175,
    150,
    125,
    100,
    70,
]
START = datetime(2019, 6, 17)
CONFIG = """[met]
files = [{files}]
[run]
hours = -{hours}
particles = {particles}
mode = "{mode}"
receptors = "receptors.csv"
[trajectories]
keep = false
[grid.europe]
west = -14.0
east = 34.0
south = 34.0
north = 72.0
dx = 0.25
"""


def weather(hour: float, lat: np.ndarray, lon: np.ndarray) -> dict[str, np.ndarray]:
    """A westerly with a travelling wave over a diurnal boundary layer: surface and levels of one time."""
    sun = np.maximum(0, np.sin(np.pi * ((hour + lon / 15) % 24 - 6) / 12)) + 0 * lat
    wave = np.sin(np.radians(6 * lon - 12 * hour)) * np.cos(np.radians(3 * (lat - 53)))
    pressure_pa = 101_325 + 1200 * wave
    surface = {
        "sp": pressure_pa,
        "t2m": 283 + 8 * sun - 0.3 * (lat - 53),
        "u10": 4 + 2 * wave,
        "v10": 2 * np.cos(np.radians(6 * lon - 12 * hour)) + 0 * lat,
        "blh": 150 + 1300 * sun,
        "zust": 0.2 + 0.3 * sun,
        "z": 0 * pressure_pa,
        "sshf": -3600 * (300 * sun - 25),
        "slhf": -3600 * 150 * sun,
    }
    levels = {name: [] for name in "uvwtzq"}
    for hpa in LEVELS_HPA:
        kelvin = 288.15 * (hpa / 1013.25) ** 0.19 - 0.3 * (lat - 53) + 3 * sun * (hpa / 1000) ** 8 + wave
        height = 44_331 * (1 - (hpa * 100 / pressure_pa) ** 0.19)
        aloft = 1 + 2 * (1 - hpa / 1000)
        levels["u"].append(aloft * (6 + 3 * wave))
        levels["v"].append(aloft * 3 * np.cos(np.radians(6 * lon - 12 * hour)) + 0 * lat)
        levels["w"].append(0.1 * wave * np.sin(np.pi * hpa / 1000))
        levels["t"].append(kelvin)
        levels["z"].append(9.80665 * height)
        levels["q"].append(0.008 * (hpa / 1000) ** 3 + 0 * kelvin)
    return surface, {name: np.stack(fields) for name, fields in levels.items()}


UNITS = {
    "u": "m s**-1",
    "v": "m s**-1",
    "w": "Pa s**-1",
    "t": "K",
    "z": "m**2 s**-2",
    "q": "kg kg**-1",
    "sp": "Pa",
    "t2m": "K",
    "u10": "m s**-1",
    "v10": "m s**-1",
    "blh": "m",
    "zust": "m s**-1",
    "sshf": "J m**-2",
    "slhf": "J m**-2",
}


def write_era5(folder: Path, days: int) -> list[Path]:
    import netCDF4

    lat = np.arange(73, 32.9, -0.25)[:, None]
    lon = np.arange(-15, 35.1, 0.25)[None, :]
    rng = np.random.default_rng(1)
    # analyses are not smooth: what 16 bits of mantissa hold, so that deflate has its usual work
    rough = {name: 1 + 1e-3 * rng.standard_normal((lat.size, lon.size)) for name in UNITS}
    paths = [folder / "levels.nc", folder / "ground.nc"]
    if all(path.exists() for path in paths):
        return paths
    files = [netCDF4.Dataset(path, "w") for path in paths]
    for file, has_levels in zip(files, (True, False), strict=True):
        file.institution = "European Centre for Medium-Range Weather Forecasts"
        for name, values, unit in [
            ("latitude", lat.ravel(), "degrees_north"),
            ("longitude", lon.ravel(), "degrees_east"),
            ("pressure_level", LEVELS_HPA, "hPa"),
        ]:
            if name == "pressure_level" and not has_levels:
                continue
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        file.createDimension("valid_time", None)
        file.createVariable("valid_time", "i8", ("valid_time",)).units = "seconds since 1970-01-01"
        space = ("pressure_level", "latitude", "longitude") if has_levels else ("latitude", "longitude")
        for name in "uvwtzq" if has_levels else [n for n in UNITS if len(n) > 1] + ["z"]:
            sizes = (1, 1, lat.size, lon.size) if has_levels else (1, lat.size, lon.size)
            variable = file.createVariable(
                name, "f4", ("valid_time", *space), zlib=True, complevel=1, shuffle=True, chunksizes=sizes
            )
            variable.units = UNITS[name]
    epoch = int((START - datetime(1970, 1, 1)).total_seconds())
    for hour in range(24 * days + 1):
        surface, levels = weather(hour, lat, lon)
        for file, fields in zip(files, (levels, surface), strict=True):
            file["valid_time"][hour] = epoch + 3600 * hour
            for name, values in fields.items():
                factor = 1 if name in ("z", "sp") else rough[name]
                file[name][hour] = (values * factor).astype("f4")
    for file in files:
        file.close()
    return paths


def receptors(path: Path, count: int, days: int, hours: int) -> None:
    spread = (24 * days - hours) / max(count - 1, 1)
    lines = ["id,time,lon_deg,lat_deg,height_agl_m"]
    for k in range(count):
        moment = START + timedelta(hours=hours + int(k * spread))
        lines.append(f"tower{k},{moment:%Y-%m-%dT%H:%M},4.927,51.971,120")
    path.write_text("\n".join(lines) + "\n")


def decode_rates(netcdf: list[Path], arl: Path) -> None:
    import xarray as xr

    with xr.open_dataset(netcdf[0]) as data:
        began, read = time.process_time(), 0
        for hour in range(0, 48):
            for name in "uvwtzq":
                read += data[name].isel(valid_time=hour).values.nbytes
        print(f"xarray: {read / 1e6 / (time.process_time() - began):.0f} MB/s of fields per core")
    try:
        import arlmet
    except ImportError:
        return
    began = time.process_time()
    with arlmet.open_dataset(arl) as data:
        one = data.isel(time=slice(0, 4)).load() if "time" in data.dims else data.load()
    print(f"arlmet: {one.nbytes / 1e6 / (time.process_time() - began):.0f} MB/s of fields per core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airshed", type=Path, default=None)
    parser.add_argument("--folder", type=Path, default=Path("week"))
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--receptors", type=int, default=24)
    parser.add_argument("--hours", type=int, default=72)
    parser.add_argument("--particles", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--modes", nargs="+", default=["parity", "physics"])
    given = parser.parse_args()
    airshed = given.airshed or built_airshed()
    given.folder.mkdir(exist_ok=True)
    netcdf = write_era5(given.folder, given.days)
    arl = given.folder / "week.arl"
    if not arl.exists():
        subprocess.run([airshed, "met", *netcdf, "--to-arl", arl], check=True)
    receptors(given.folder / "receptors.csv", given.receptors, given.days, given.hours)
    for mode in given.modes:
        costs = {"netCDF": [], "ARL": []}
        for turn in range(given.rounds):
            for name, files in (("netCDF", netcdf), ("ARL", [arl])):
                listed = ", ".join(json.dumps(str(file.resolve())) for file in files)
                config = given.folder / f"{name}.toml"
                config.write_text(CONFIG.format(files=listed, hours=given.hours, particles=given.particles, mode=mode))
                out = given.folder / f"out_{name}_{mode}_{turn}"
                costs[name].append(
                    measure([airshed.resolve(), "run", config.resolve(), "--out", out.resolve()], given.folder)
                )
        for what in ("wall_s", "cpu_s"):
            each = {name: statistics.median(getattr(cost, what) for cost in costs[name]) for name in costs}
            ratio = each["netCDF"] / each["ARL"]
            print(f"{mode} {what}: netCDF {each['netCDF']:.1f}, ARL {each['ARL']:.1f}, ratio {ratio:.3f}")
    decode_rates(netcdf, arl)


if __name__ == "__main__":
    main()

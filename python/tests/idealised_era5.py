"""ERA5 as its data store lays it out, of an ideal atmosphere: a westerly with a wave, over a diurnal boundary layer."""

import numpy as np
import xarray as xr

LEVELS_HPA = [1000, 950, 900, 850, 700, 500, 300]
START = np.datetime64("2019-09-20T00:00", "ns")


def dataset(hours=9):
    """Pressure levels and the ground, hourly from ``START``, 4 W to 10 E and 46 to 56 N at 1 degree."""
    time = xr.DataArray(START + np.arange(hours) * np.timedelta64(1, "h"), dims="valid_time")
    hour = xr.DataArray(np.arange(hours, dtype=float), dims="valid_time")
    level = xr.DataArray(np.array(LEVELS_HPA, dtype=float), dims="pressure_level")
    lat = xr.DataArray(np.arange(56.0, 45.5, -1.0), dims="latitude")
    lon = xr.DataArray(np.arange(-4.0, 10.5, 1.0), dims="longitude")
    height_m = 7600.0 * np.log(1013.25 / level)
    wave = np.sin(np.radians(12.0 * (lon - 2.0 * hour))) * np.cos(np.radians(6.0 * (lat - 51.0)))
    aloft = {
        "u": (6.0 + height_m / 1000.0 + wave, "m s**-1", "eastward_wind"),
        "v": (3.0 * wave + 0.0 * height_m, "m s**-1", "northward_wind"),
        "w": (0.05 * wave * (level / 1000.0), "Pa s**-1", "lagrangian_tendency_of_air_pressure"),
        "t": (288.0 - 0.0065 * height_m + 0.5 * wave, "K", "air_temperature"),
        "q": (0.006 * level / 1000.0 + 0.0 * wave, "kg kg**-1", "specific_humidity"),
        "z": (9.80665 * height_m + 20.0 * wave, "m**2 s**-2", "geopotential"),
    }
    noon = np.sin(np.pi * (hour + 1.0) / 12.0)
    ground = {
        "sp": (101_000.0 + 50.0 * wave, "Pa", "surface_air_pressure"),
        "u10": (4.0 + wave, "m s**-1", "unknown"),
        "v10": (2.0 * wave, "m s**-1", "unknown"),
        "t2m": (289.0 + 0.5 * wave, "K", "unknown"),
        "blh": (400.0 + 300.0 * noon + 0.0 * wave, "m", "unknown"),
        "zust": (0.3 + 0.02 * wave, "m s**-1", "unknown"),
        "sshf": (-3600.0 * (40.0 + 30.0 * noon) + 0.0 * wave, "J m**-2", "surface_upward_sensible_heat_flux"),
    }
    variables = {}
    for held, last in ((aloft, ("pressure_level",)), (ground, ())):
        dims = ("valid_time", *last, "latitude", "longitude")
        for name, (values, units, standard_name) in held.items():
            values = values.transpose(*dims).astype("float32")
            variables[name] = (dims, values.values, {"units": units, "standard_name": standard_name})
    coords = {
        "valid_time": ("valid_time", time.values, {"standard_name": "time"}),
        "pressure_level": ("pressure_level", level.values, {"units": "hPa"}),
        "latitude": ("latitude", lat.values, {"units": "degrees_north"}),
        "longitude": ("longitude", lon.values, {"units": "degrees_east"}),
    }
    return xr.Dataset(variables, coords, {"institution": "European Centre for Medium-Range Weather Forecasts"})


def as_cfgrib_has_it(whole, step_count):
    """The same under starts of forecasts and steps, from the hour before the first time."""
    steps = (np.arange(step_count) + 1) * np.timedelta64(1, "h").astype("timedelta64[ns]")
    starts = whole.valid_time.values[::step_count] - steps[0]
    count = len(starts)
    variables = {}
    for name, held in whole.data_vars.items():
        values = held.values.reshape(count, step_count, *held.shape[1:])
        variables[name] = (("time", "step", *held.dims[1:]), values, held.attrs)
    coords = {name: whole[name] for name in ("pressure_level", "latitude", "longitude")}
    coords |= {
        "time": ("time", starts, {"standard_name": "forecast_reference_time"}),
        "step": ("step", steps, {"standard_name": "forecast_period"}),
        "valid_time": (("time", "step"), starts[:, None] + steps, {"standard_name": "time"}),
        "number": 0,
        "surface": 0.0,
    }
    return xr.Dataset(variables, coords, {"GRIB_centre": "ecmf"})

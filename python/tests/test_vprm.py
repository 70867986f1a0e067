"""VPRM from Python: exchange at places, and as fluxes that footprints take."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import airshed

CLASSES = ["evergreen", "deciduous", "mixed", "shrub", "savanna", "crop", "grass", "others"]


@pytest.fixture
def vegetation(tmp_path):
    """Evergreen forest on three quarters of each cell, bare ground on the rest; indices do not change."""
    dims = ("time", "vprm_classes", "lat", "lon")
    axes = {
        "time": pd.date_range("2019-01-01", periods=46, freq="8D"),
        "vprm_classes": np.arange(1, 9),
        "lat": ("lat", [51.0, 52.0, 53.0], {"units": "degrees_north"}),
        "lon": ("lon", [4.0, 5.0], {"units": "degrees_east"}),
    }
    shape = (46, 8, 3, 2)
    fraction = np.zeros(shape[1:])
    fraction[0], fraction[7] = 0.75, 0.25
    data = {"vegetation_fraction_map": (dims[1:], fraction)}
    for name, low, now, high in (("evi", 0.2, 0.5, 0.6), ("lswi", 0.1, 0.3, 0.3)):
        data |= {name: (dims, np.full(shape, now))}
        data |= {
            f"{name}_min": (dims[1:], np.full(shape[1:], low)),
            f"{name}_max": (dims[1:], np.full(shape[1:], high)),
        }
    xr.Dataset(data, axes).to_netcdf(tmp_path / "vprm.nc")
    return tmp_path / "vprm.nc"


def test_exchange_is_as_computed_by_hand(vegetation):
    vprm = airshed.Vprm.open(vegetation, region=(4.0, 6.0, 51.0, 53.0))
    assert vprm.classes == CLASSES and "2007" in vprm.source and "composites" in repr(vprm)
    exchange = vprm.exchange(5.0, 52.0, "2019-07-01T12:00", temperature_c=20.0, shortwave_w_m2=505.0)
    gee, resp = exchange["evergreen"]
    # 0.75 · -0.2258 · 0.5 · 1000/(1 + 1000/275.5); 0.75 · (0.2877 · 20 - 1.093); single precision
    assert gee == pytest.approx(-18.28927, rel=1e-6)
    assert resp == pytest.approx(3.49575, rel=1e-6)
    assert exchange["others"] == (0.0, 0.0)
    assert vprm.exchange(5.0, 52.0, "2021-07-01T12:00", temperature_c=20.0, shortwave_w_m2=505.0) is None
    any_year = airshed.Vprm.open([vegetation], any_year=True, course="step")
    assert any_year.exchange(5.0, 52.0, "2021-07-01T12:00", temperature_c=20.0, shortwave_w_m2=505.0) is not None


def test_fluxes_of_given_weather_multiply_footprints(vegetation, tmp_path, foot):
    hours = pd.date_range("2019-09-22T00:00", periods=24, freq="h")
    axes = {"time": hours, "lat": [51.0, 52.0, 53.0], "lon": [4.0, 5.0]}
    dims = ("time", "lat", "lon")
    weather = {
        "t2m": (dims, np.full((24, 3, 2), 293.15), {"units": "K"}),
        "ssrd": (dims, np.full((24, 3, 2), 505.0), {"units": "W m-2"}),
    }
    xr.Dataset(weather, axes).to_netcdf(tmp_path / "weather.nc")
    vprm = airshed.Vprm.open(vegetation)
    gee, resp = vprm.fluxes((tmp_path / "weather.nc", "t2m"), (tmp_path / "weather.nc", "ssrd"), vegetation="evergreen")
    uptake, respired = foot.convolve(gee), foot.convolve(resp)
    assert uptake.total_ppm < 0.0 < respired.total_ppm
    assert uptake.total_ppm / respired.total_ppm == pytest.approx(-18.28927 / 3.49575, rel=1e-5)
    with pytest.raises(airshed.ConfigError, match="temperature"):
        vprm.fluxes((tmp_path / "weather.nc", "ssrd"), (tmp_path / "weather.nc", "t2m"))


def test_what_cannot_be_right_is_an_error(vegetation, tmp_path):
    with pytest.raises(airshed.ConfigError, match="linear or step"):
        airshed.Vprm.open(vegetation, course="cubic")
    with pytest.raises(airshed.ConfigError, match="touches it"):
        airshed.Vprm.open(vegetation, region=(100.0, 110.0, 0.0, 10.0))
    with pytest.raises(FileNotFoundError):
        airshed.Vprm.open(tmp_path / "none.nc")

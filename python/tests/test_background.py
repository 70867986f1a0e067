"""The air that flows in, from constants, series, fields and curtains."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import airshed

GRID = airshed.Grid(west=2, east=8, south=50, north=54, dx=0.5, dy=0.5)


def field(value):
    """4-D mole fractions by (hours since 2019-09-20, hPa, lat, lon)."""
    time = pd.date_range("2019-09-20", periods=21, freq="6h")
    level, lat, lon = np.array([1000.0, 850.0, 500.0, 200.0]), np.arange(70.0, 39.0, -2.0), np.arange(0.0, 360.0, 3.0)
    hours = np.arange(21) * 6.0
    t, z, y, x = np.meshgrid(hours, level, lat, lon, indexing="ij")
    attributes = {"units": "mol mol-1"}
    return xr.Dataset(
        {"co2": (("time", "level", "lat", "lon"), 1e-6 * value(t, z, y, x), attributes)},
        {
            "time": time,
            "level": ("level", level, {"units": "hPa"}),
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
        },
    )


def test_a_constant_is_what_comes_out(run):
    mean = airshed.Background.constant(412.3).sample(run, GRID)
    assert (mean.value, mean.stderr, mean.unit) == (412.3, 0.0, "ppm")
    assert float(mean) == 412.3
    assert mean.covered_share == pytest.approx(1.0)
    assert sum(mean.shares.values()) == pytest.approx(1.0)
    assert mean.share_inside == mean.shares["inside"]
    assert airshed.Background.constant(1.9, unit="umol mol-1").sample(run, GRID).to("ppb").value == pytest.approx(
        1900.0
    )
    with pytest.raises(airshed.ConfigError, match="understood are"):
        airshed.Background.constant(1.0, unit="furlong")


def test_a_field_is_met_at_the_ends(run, tmp_path):
    ends = run.trajectories.ends(GRID)
    hours = (np.datetime64("2019-09-22T18:00") - np.datetime64("2019-09-20")) / np.timedelta64(1, "h")
    hours = hours + ends.time_min / 60.0
    assert ends.pressure_hpa.between(500.0, 1100.0).all()
    expected = 400.0 + 0.1 * hours + 0.02 * ends.pressure_hpa.clip(upper=1000.0) - 0.3 * ends.lat_deg
    dataset = field(lambda t, z, y, x: 400.0 + 0.1 * t + 0.02 * z - 0.3 * y)
    of_memory = airshed.Background.from_xarray(dataset, variable="co2")
    np.testing.assert_allclose(of_memory.at_ends(run, GRID), expected, rtol=1e-12)
    file = tmp_path / "field.nc"
    dataset.to_netcdf(file)
    of_file = airshed.Background.open_field(file, variable="co2")
    mean = of_file.sample(run.trajectories, GRID)
    assert mean.value == pytest.approx(expected.mean(), rel=1e-12)
    assert mean.stderr == pytest.approx(expected.std(ddof=1) / np.sqrt(len(ends)), rel=1e-9)
    assert "Background" in mean._repr_html_() and "share" in mean._repr_html_()
    assert "Background('co2', ppm)" == repr(of_file)
    two = [dataset.isel(time=slice(0, 10)), dataset.isel(time=slice(10, None))]
    parts = airshed.Background.from_xarray(two, variable="co2")
    np.testing.assert_array_equal(parts.at_ends(run, GRID), of_memory.at_ends(run, GRID))


def test_what_a_field_does_not_cover_is_said(run):
    early = field(lambda t, z, y, x: 400.0 + 0.0 * t).isel(time=slice(0, 4))
    mean = airshed.Background.from_xarray(early, variable="co2").sample(run, GRID)
    assert mean.covered_share == 0.0
    assert np.isnan(mean.value)


def test_a_series_of_pandas_is_linear_in_time(run):
    stamps = pd.date_range("2019-09-20", "2019-09-23", freq="1D")
    series = airshed.Background.series(pd.Series([400.0, np.nan, 448.0, 472.0], stamps))
    ends = run.trajectories.ends(GRID)
    hours = 66.0 + ends.time_min / 60.0
    np.testing.assert_allclose(series.at_ends(run, GRID), 400.0 + hours, rtol=1e-12)
    short = airshed.Background.series(pd.Series([400.0, 401.0], stamps[:2]))
    with pytest.raises(airshed.ConfigError, match="the series covers"):
        short.sample(run, GRID)


def test_decay_counts_to_the_end(run):
    ends = run.trajectories.ends(GRID)
    mean = airshed.Background.constant(1.0, unit="Bq m-3").sample(
        run, GRID, half_life_h=airshed.tracer.RADON_HALF_LIFE_H
    )
    assert mean.value == pytest.approx((0.5 ** (ends.age_min / 60.0 / 91.764)).mean(), rel=1e-12)
    assert mean.mean_age_h == pytest.approx(ends.age_min.mean() / 60.0)
    with pytest.raises(airshed.ConfigError):
        mean.to("ppm")

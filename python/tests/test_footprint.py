"""Footprints and enhancements as Python sees them."""

import numpy as np
import pytest
import xarray as xr

import airshed


def test_values_and_axes_have_the_promised_shape_and_type(foot):
    assert foot.foot.dtype == np.float64
    assert foot.foot.shape == (len(foot.time), 40, 60)
    assert foot.time.dtype == np.dtype("datetime64[s]")
    assert foot.time[-1] == np.datetime64("2019-09-22T17:00:00")
    assert np.all(np.diff(foot.time) == np.timedelta64(3600, "s"))
    assert foot.x[0] == pytest.approx(-4.875, abs=1e-12) and foot.y[-1] == pytest.approx(55.9, abs=1e-12)


def test_where_the_influence_went_adds_up(foot):
    budget = foot.budget
    parts = budget["inside"] + budget["smeared_out"] + budget["outside"]
    # sums of some 1e5 float64 terms
    assert parts == pytest.approx(budget["total"], rel=1e-9)
    assert foot.total == pytest.approx(budget["inside"], rel=1e-9)


def test_an_integrated_footprint_is_the_sum_of_its_hours(run, foot):
    grid = foot.grid
    whole = run.footprint(
        airshed.Grid(
            west=grid.west,
            east=grid.east,
            south=grid.south,
            north=grid.north,
            dx=grid.dx,
            dy=grid.dy,
            time_integrate=True,
        )
    )
    assert whole.foot.shape == (1, 40, 60)
    assert whole.layer_seconds == 6 * 3600
    np.testing.assert_allclose(whole.foot[0], foot.foot.sum(axis=0), rtol=1e-9, atol=1e-15)


def test_a_uniform_flux_convolves_to_the_footprints_sum(foot):
    enhancement = foot.convolve(airshed.Flux.uniform(2.0))
    assert enhancement.total_ppm == pytest.approx(2.0 * foot.total, rel=1e-9)
    assert enhancement.uncovered_share == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(enhancement.ppm, 2.0 * foot.foot.sum(axis=(1, 2)), rtol=1e-9, atol=1e-15)
    series = enhancement.to_series()
    assert series.sum() == pytest.approx(enhancement.total_ppm, rel=1e-9)
    assert (series.index == foot.time).all()
    assert set(enhancement.to_dataframe()["receptor"]) == {"CBW207"}


def test_xarray_has_named_axes_and_units(foot):
    array = foot.to_xarray()
    assert array.dims == ("time", "lat", "lon")
    assert array.attrs["units"] == "ppm (umol-1 m2 s)"
    assert float(array.sel(lat=51.9, lon=4.875, method="nearest").sum()) > 0.0


@pytest.mark.parametrize(
    ("change", "key"), [({"dx": 0.0}, "dx"), ({"north": 47.0}, "north|south"), ({"crs": "+proj=nonsense"}, "crs")]
)
def test_an_impossible_grid_is_a_config_error(run, change, key):
    bounds = {"west": -5.0, "east": 10.0, "south": 48.0, "north": 56.0, "dx": 0.25, "dy": 0.25}
    with pytest.raises(airshed.ConfigError, match=key):
        run.footprint(airshed.Grid(**(bounds | change)))


def test_a_file_that_is_no_flux_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        airshed.Flux.open(tmp_path / "absent.nc", variable="emi_co2")
    broken = tmp_path / "broken.nc"
    broken.write_bytes(b"not netCDF")
    with pytest.raises(OSError) as caught:
        airshed.Flux.open(broken, variable="emi_co2")
    assert str(caught.value.filename) == str(broken)


def test_representations_tell_what_is_there(met, run, foot):
    enhancement = foot.convolve(airshed.Flux.uniform(1.0))
    assert "2019-09-20T00:00Z to 2019-09-23T00:00Z" in repr(met)
    for thing in (run, foot, enhancement):
        assert "CBW207" in repr(thing)
        assert thing._repr_html_().startswith("<table>")


def test_a_written_footprint_comes_back_and_opens_in_xarray(foot, tmp_path):
    file = tmp_path / "foot.nc"
    foot.to_netcdf(file)
    again = airshed.Footprint.open(file)
    # the file holds float32
    np.testing.assert_allclose(again.foot, foot.foot, rtol=1e-6, atol=1e-30)
    assert (again.receptor, again.grid) == (foot.receptor, foot.grid)
    assert (again.time == foot.time).all()
    with xr.open_dataset(file) as dataset:
        assert dataset["foot"].dims == ("time", "lat", "lon")
        assert (dataset["time"].values == foot.time).all()
        assert int(dataset.attrs["seed"]) == 7
    with pytest.raises(FileNotFoundError):
        airshed.Footprint.open(tmp_path / "absent.nc")


def test_written_trajectories_give_the_same_footprint(run, foot, tmp_path):
    file = tmp_path / "traj.nc"
    run.trajectories.to_netcdf(file)
    again = airshed.Trajectories.open(file)
    assert np.array_equal(again["long"], run.trajectories["long"], equal_nan=True)
    np.testing.assert_allclose(again.footprint(foot.grid).foot, foot.foot, rtol=1e-12, atol=1e-30)

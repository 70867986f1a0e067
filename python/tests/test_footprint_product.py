"""The footprint product: sampling errors, combinations, boundary, stores, formats, grids made in flight."""

import numpy as np
import pytest

import airshed

BOUNDS = {"west": -5, "east": 10, "south": 48, "north": 56, "dx": 0.25, "dy": 0.2}


@pytest.fixture(scope="module")
def grid():
    return airshed.Grid(**BOUNDS)


def test_footprints_made_in_flight_are_those_of_the_kept_particles(met, tower, run, grid):
    flown = airshed.simulate(met, tower, hours=-6, particles=200, seed=7, grids=[grid], keep=False, progress=False)
    made, later = flown.footprint(grid), run.footprint(grid)
    assert np.array_equal(made.foot, later.foot)
    assert np.array_equal(made.stderr, later.stderr)
    assert flown.trajectories["foot"].shape[1] == 0 or not np.isfinite(flown.trajectories["foot"]).any()
    with pytest.raises(airshed.ConfigError, match="not kept"):
        flown.footprint(airshed.Grid(**BOUNDS | {"dx": 0.5}))


def test_nothing_would_be_left_of_a_run_without_records_or_grids(met, tower):
    with pytest.raises(airshed.ConfigError, match="give grids"):
        airshed.simulate(met, tower, keep=False)


def test_as_many_particles_as_the_target_takes(met, tower, grid):
    whole = airshed.Grid(**BOUNDS, time_integrate=True)
    run = airshed.simulate(
        met, tower, hours=-3, particles="auto", target_error=0.5, grids=whole, keep=False, progress=False
    )
    foot = run.footprints()[0]
    assert run.particles == len(run.trajectories) >= 500
    assert foot.total_stderr / foot.total < 0.5
    assert foot.particles_for(0.01) > foot.particles_for(0.1) > 0


def test_the_error_of_a_footprint_is_that_of_its_groups(foot, run):
    assert foot.stderr.shape == foot.foot.shape
    assert foot.layer_stderr.shape == foot.time.shape
    assert np.all(foot.stderr[foot.foot == 0] == 0)
    assert 0 < foot.total_stderr < foot.total
    without = run.footprint(airshed.Grid(**BOUNDS, error_groups=0))
    assert without.stderr is None and without.total_stderr is None and without.particles_for(0.1) is None
    with pytest.raises(airshed.ConfigError, match="above 0"):
        foot.particles_for(0.0)


def test_ppm_have_the_error_of_the_footprint(foot):
    enhancement = foot.convolve(airshed.Flux.uniform(2.0))
    assert enhancement.total_stderr_ppm > 0
    assert enhancement.stderr_ppm.shape == enhancement.ppm.shape
    assert "stderr_ppm" in enhancement.to_dataframe()


def test_xarray_holds_the_footprint_and_its_error(foot):
    dataset = foot.to_dataset()
    assert set(dataset) == {"foot", "foot_stderr"}
    assert dataset["foot_stderr"].attrs["units"] == dataset["foot"].attrs["units"]


def test_words_of_the_gridding_are_checked(run):
    split = airshed.Grid(**BOUNDS, gridding="compat", layer_min=30, compat={"early_steps": "split"})
    assert (split.gridding, split.layer_min, split.error_groups) == ("compat", 30, 20)
    assert len(run.footprint(split).time) == 12
    for words in ({"gridding": "fancy"}, {"compat": {"early": "split"}}, {"error_groups": 1}, {"bottom_agl_m": 3.0}):
        with pytest.raises(airshed.ConfigError):
            airshed.Grid(**BOUNDS, **words)


def test_residence_between_two_heights_is_time(run):
    grid = airshed.Grid(**BOUNDS, measure="residence", bottom_agl_m=0, top_agl_m=20000, time_integrate=True)
    residence = run.footprint(grid)
    assert grid.measure == "residence"
    assert residence.to_xarray().attrs["units"] == "s"
    assert residence.total == pytest.approx(6 * 3600, rel=0.02)  # all stay below, few leave the grid


def test_footprints_combine(foot, grid):
    nothing = foot - foot
    assert np.all(nothing.foot == 0)
    coarse = foot.regrid(airshed.Grid(**BOUNDS | {"dx": 0.5, "dy": 0.4}))
    assert coarse.total == pytest.approx(foot.total, rel=1e-12)
    assert foot.resample(120).foot.shape[0] == 3
    assert foot.integrate().total == pytest.approx(foot.total, rel=1e-12)
    doubled = airshed.Footprint.sum([foot, foot], id="two")
    assert doubled.receptor.id == "two"
    assert doubled.total == pytest.approx(2 * foot.total, rel=1e-12)
    assert airshed.Footprint.mean([foot, foot], id="mean").total == pytest.approx(foot.total, rel=1e-12)
    area = foot.core_area(0.5)
    assert foot.foot.sum(axis=0)[area].sum() >= 0.5 * foot.total
    assert airshed.Footprint.network_maximum([foot]).max() == foot.foot.sum(axis=0).max()
    with pytest.raises(airshed.ConfigError):
        airshed.Footprint.sum([], id="none")


def test_nested_grids_add_up_to_the_outermost_alone(run, grid):
    whole = {"error_groups": 0, "time_integrate": True, "gridding": "compat"}
    outer = airshed.Grid(**BOUNDS, name="outer", **whole)
    inner = airshed.Grid(west=4, east=6, south=51, north=53, dx=0.05, dy=0.05, name="inner", nested_in="outer", **whole)
    made = {footprint.grid.name: footprint for footprint in run.footprints([inner, outer])}
    assert made["inner"].total > 0 and made["outer"].total > 0
    assert made["inner"].total + made["outer"].total == pytest.approx(run.footprint(outer).total, rel=1e-6)


def test_ages_add_up_to_the_footprint(foot):
    assert foot.age_spectrum["foot"].sum() == pytest.approx(foot.total)
    assert foot.age_spectrum.index[0] == 1.0
    assert 0 < foot.mean_age_h < 6


def test_every_particle_ends_somewhere(run, grid):
    ends = run.trajectories.ends(grid)
    assert len(ends) == 200 and ends.index[0] == 1
    small = airshed.Grid(west=4, east=6, south=51, north=53, dx=0.1, dy=0.1)
    boundary = run.trajectories.boundary(small)
    sides = sum(float(boundary[f"fraction_{side}"].sum()) for side in ("north", "east", "south", "west"))
    rest = sum(boundary.attrs[name] for name in ("top", "inside", "left_meteorology", "met_gap", "started_outside"))
    assert sides > 0
    assert sides + rest == pytest.approx(1.0)
    assert boundary["fraction_north"].dims == ("height", "lon")


def test_a_store_is_a_jacobian(foot, tmp_path):
    store = airshed.Store.write(tmp_path / "store.nc", [foot])
    assert store.keys() == [foot.receptor.id] and len(store) == 1
    same = store[foot.receptor.id]
    assert np.allclose(same.foot, foot.foot, rtol=1e-6)
    jacobian = store.jacobian()
    assert jacobian.shape == (foot.foot.shape[0], foot.foot[0].size)
    ppm = jacobian.apply(np.ones(jacobian.shape[1]))
    assert np.allclose(ppm, foot.foot.sum(axis=(1, 2)), rtol=1e-6)
    assert jacobian.apply_transposed(np.ones(jacobian.shape[0])).sum() == pytest.approx(foot.total, rel=1e-6)
    assert store.to_xarray().sizes["layer"] == foot.foot.shape[0]
    with pytest.raises(KeyError):
        store["nobody"]
    pytest.importorskip("scipy")
    assert np.allclose(jacobian.to_scipy() @ np.ones(jacobian.shape[1]), ppm)


@pytest.mark.parametrize("format", ["stilt", "pystilt", "icos", "openghg", "paris"])
def test_files_of_others_round_trip(met, format, tmp_path):
    tower = airshed.Receptor(time="2019-09-22T18:00", lon_deg=4.93, lat_deg=51.97, height_agl_m=207.0)
    grid = airshed.Grid(**BOUNDS, time_integrate=format in ("icos", "openghg", "paris"))
    flown = airshed.simulate(met, tower, hours=-3, particles=100, grids=grid, keep=False, progress=False)
    name = {"icos": "foot2019x09x22x18x51.97Nx004.93Ex00207_aggreg.nc"}.get(format, f"{tower.id}_foot.nc")
    airshed.write_footprints(tmp_path / name, flown.footprints(), format=format)
    (back,) = airshed.read_footprints(tmp_path / name)
    assert back.total == pytest.approx(flown.footprints()[0].total, rel=1e-5)
    assert (back.grid.west, back.grid.dy) == pytest.approx((BOUNDS["west"], BOUNDS["dy"]))


def test_the_error_is_drawn_of_single_layers(foot):
    assert "sampling error" in foot.plot(layer=0, error=True).figure.axes[-1].get_ylabel()
    with pytest.raises(ValueError, match="single layers"):
        foot.plot(error=True)

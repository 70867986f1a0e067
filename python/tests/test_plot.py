"""Maps: log scale, coastlines, receptor, nests, areas, film; no download."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm
from PIL import Image

import airshed
from airshed.coastlines import lines_within
from airshed.sphere import cell_areas_km2

LAMBERT = "+proj=lcc +lat_1=40 +lat_2=60 +lat_0=52 +lon_0=5"


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def grid(west, east, south, north, step, **options):
    return airshed.Grid(west=west, east=east, south=south, north=north, dx=step, dy=step, **options)


def test_a_footprint_is_drawn_on_a_log_scale_with_coasts_and_borders(foot, tmp_path):
    ax = foot.plot()
    mesh = ax.collections[0]
    assert isinstance(mesh.norm, LogNorm)
    assert mesh.norm.vmax >= foot.foot.sum(axis=0).max() == pytest.approx(float(mesh.get_array().max()))
    assert mesh.norm.vmax / mesh.norm.vmin == pytest.approx(1e4)
    assert "CBW207, 2019-09-22 18:00 UTC, 207 m" in ax.get_title(loc="left")
    assert len(ax.collections) == 3 and all(lines.get_segments() for lines in ax.collections[1:])
    assert ax.lines[0].get_xydata().tolist() == [[4.927, 51.971]]
    file = tmp_path / "foot.png"
    ax.figure.savefig(file)
    assert file.stat().st_size > 10_000


def test_one_layer_can_be_drawn_into_given_axes(foot):
    _, ax = plt.subplots()
    assert foot.plot(layer=-1, ax=ax, title="last hour") is ax
    assert float(ax.collections[0].get_array().max()) == pytest.approx(float(foot.foot[-1].max()))
    assert ax.get_title(loc="left") == "last hour"


def test_an_empty_footprint_can_be_drawn(run):
    empty = run.footprint(grid(100, 102, -10, -8, 0.5))
    assert empty.total == 0.0
    for ax in (empty.plot(), empty.plot_core_areas(), empty.plot_rose()):
        ax.figure.canvas.draw()


def test_a_projected_map_has_its_coasts_and_its_receptor_without_pyproj(run):
    ax = run.footprint(grid(-400_000, 400_000, -400_000, 400_000, 20_000, crs=LAMBERT)).plot()
    coast = np.concatenate(ax.collections[2].get_segments())
    x, y = airshed._core.project(LAMBERT, np.array([1.32]), np.array([51.12]))
    assert np.min(np.hypot(coast[:, 0] - x, coast[:, 1] - y)) < 10_000.0, "Dover lies on the coast"
    (mark,) = ax.lines[0].get_xydata()
    # 0.073 degrees west of the axis of the projection, 3 km south of its origin
    assert mark == pytest.approx([-5_000.0, -3_200.0], abs=200.0)


def test_nested_grids_share_one_scale_of_influence_per_area(run):
    outer = grid(-5, 10, 48, 56, 0.25, name="outer")
    inner = grid(2, 6, 51, 53, 0.05, name="inner", nested_in="outer")
    coarse, fine = run.footprints([outer, inner])
    ax = airshed.plot.nested([fine, coarse])
    maps = [mesh for mesh in ax.collections if isinstance(mesh.norm, LogNorm)]
    assert [mesh.get_array().shape for mesh in maps] == [(32, 60), (40, 80)], "the finer one above the coarser one"
    assert maps[0].norm.vmax == maps[1].norm.vmax and maps[0].zorder < maps[1].zorder < 3
    for mesh, foot in zip(maps, (coarse, fine), strict=True):
        density = foot.foot.sum(axis=0) / cell_areas_km2(foot.grid, foot.foot.shape[1:])
        assert float(mesh.get_array().max()) == pytest.approx(density.max())
    frame = ax.lines[0].get_xydata()
    assert frame.min(axis=0).tolist() == [2.0, 51.0] and frame.max(axis=0).tolist() == [6.0, 53.0]
    assert "per km²" in ax.figure.axes[1].get_ylabel()
    assert f"2 grids, {coarse.total + fine.total:.3g}" in ax.get_title(loc="left") + ax.get_title()
    with pytest.raises(ValueError, match="no footprint"):
        airshed.plot.nested([])


def test_a_nest_of_another_projection_lies_where_it_belongs(run):
    wide = run.footprint(grid(-5, 10, 48, 56, 0.25))
    inner = run.footprint(grid(-100_000, 100_000, -100_000, 100_000, 10_000, crs=LAMBERT))
    ax = airshed.plot.nested([wide, inner])
    assert (ax.get_title(loc="left") + ax.get_title()).endswith("2 grids"), "what counts twice has no sum"
    frame = ax.lines[0].get_xydata()
    corner = airshed._core.unproject(LAMBERT, np.array([-100_000.0]), np.array([-100_000.0]))
    assert np.min(np.hypot(*(frame - np.ravel(corner)).T)) < 1e-6


def test_core_areas_are_drawn_as_core_area_has_them(foot):
    ax = foot.plot_core_areas(shares=(0.9, 0.5))
    drawn = ax.collections[0].get_array()
    assert np.array_equal(drawn == 0, foot.core_area(0.5) & ~drawn.mask)
    assert np.array_equal(~np.ma.getmaskarray(drawn), foot.core_area(0.9))
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    area = airshed.sensitivity.core_areas(foot, shares=(0.5,))["area_km2"].item()
    assert words[0].startswith("50 %") and float(words[0].split(":")[1][:-3].replace(" ", "")) == pytest.approx(
        area, rel=0.01
    )


def test_the_film_shows_the_layers_in_turn_on_one_scale(foot, tmp_path):
    film = foot.movie(interval_ms=100)
    mesh = film._fig.axes[0].collections[0]
    layers = np.flatnonzero(foot.foot.sum(axis=(1, 2)))
    top = mesh.norm.vmax
    for number, layer in enumerate(range(layers[0], layers[-1] + 1)):
        film._func(number)
        peak = foot.foot[layer].max()
        assert float(np.ma.filled(mesh.get_array().max(), 0.0)) == pytest.approx(peak if peak >= mesh.norm.vmin else 0)
        assert str(foot.time[layer])[:16].replace("T", " ") in film._fig.axes[0].get_title(loc="left")
    assert mesh.norm.vmax == top >= foot.foot.max()
    file = tmp_path / "film.gif"
    film.save(file, dpi=30)
    with Image.open(file) as gif:
        assert gif.n_frames == layers[-1] - layers[0] + 1


def test_an_accumulated_film_ends_with_the_whole_footprint(foot):
    film = foot.movie(accumulate=True)
    mesh = film._fig.axes[0].collections[0]
    film._func(len(list(film.new_frame_seq())) - 1)
    assert float(mesh.get_array().max()) == pytest.approx(foot.foot.sum(axis=0).max())
    assert "<script" in film._repr_html_()


def test_particles_are_drawn_by_height_and_time(run):
    upper, lower = run.plot(every_min=120.0)
    cloud = upper.collections[0]
    table = run.trajectories
    records = [119, 239, 359]
    assert table.time_min[records].tolist() == [-120, -240, -360]
    lon = table["long"][:, records]
    assert len(cloud.get_offsets()) == np.isfinite(lon).sum()
    assert np.sort(cloud.get_offsets().data[:, 0]) == pytest.approx(np.sort(lon[np.isfinite(lon)]))
    heights = table["zagl"][:, records]
    assert np.sort(np.asarray(cloud.get_array())) == pytest.approx(np.sort(heights[np.isfinite(heights)]))
    assert set(np.unique(lower.collections[0].get_offsets().data[:, 0])) == {-2.0, -4.0, -6.0}
    assert lower.lines[0].get_ydata()[0] == pytest.approx(np.nanmedian(table["mlht"][:, 0]))
    _, beside = run.plot(against="longitude")
    assert "longitude" in beside.get_xlabel() and not beside.lines


def test_a_run_without_records_says_why_it_cannot_be_drawn(met, tower, foot):
    bare = airshed.simulate(met, tower, hours=-1, particles=10, grids=foot.grid, keep=False, progress=False)
    with pytest.raises(airshed.ConfigError, match="keep=True"):
        bare.plot()
    with pytest.raises(ValueError, match="keep=True"):
        bare.trajectories.plot()


def test_an_array_that_xarray_made_is_drawn_where_the_footprint_lay(foot):
    array = foot.to_xarray()
    ax = array.mean("time", keep_attrs=True).airshed.plot(title="mean")
    drawn = ax.collections[0]
    assert float(drawn.get_array().max()) == pytest.approx(foot.foot.mean(axis=0).max())
    assert ax.get_xlim() == pytest.approx((-5.0, 10.0)) and ax.get_ylim() == pytest.approx((48.0, 56.0))
    assert ax.lines[0].get_xydata().tolist() == [[4.927, 51.971]]
    assert "umol" in ax.figure.axes[1].get_ylabel()
    bounds = (array.airshed.grid.west, array.airshed.grid.north, array.airshed.grid.dy)
    assert bounds == pytest.approx((-5.0, 56.0, 0.2))
    with pytest.raises(ValueError, match="expected lat and lon"):
        _ = array.rename(lat="row").airshed.grid


def test_axes_of_cartopy_are_drawn_on(foot, run):
    crs = pytest.importorskip("cartopy.crs")
    projected = run.footprint(grid(-400_000, 400_000, -400_000, 400_000, 20_000, crs=LAMBERT))
    for made in (foot, projected):
        ax = plt.figure().add_subplot(projection=crs.LambertConformal(5, 52))
        made.plot(ax=ax).figure.canvas.draw()
        west, east, south, north = ax.get_extent(crs.PlateCarree())
        assert west < 4.927 < east and south < 51.971 < north


def test_the_rose_stacks_what_the_table_holds(foot):
    rings = (0, 100, 300, 1000)
    ax = foot.plot_rose(distance_km=rings, directions=8)
    table = foot.sensitivity_rose(distance_km=rings, directions=8)
    bars = ax.patches
    assert len(bars) == 24
    heights = np.array([bar.get_height() for bar in bars]).reshape(3, 8).T
    assert heights == pytest.approx(100 * table.to_numpy() / table.to_numpy().sum())
    assert heights.sum() == pytest.approx(100.0)
    assert ax.get_theta_direction() == -1
    with pytest.raises(TypeError, match="polar"):
        foot.plot_rose(ax=plt.subplots()[1])


def test_coastlines_pass_where_coasts_are():
    """Dover lies within 0.1 degrees of the coast: the lines are rounded to 0.01 and generalised to some km."""
    coast = np.concatenate(lines_within("coast", (0.0, 3.0, 50.0, 52.0)))
    assert np.min(np.hypot(coast[:, 0] - 1.32, coast[:, 1] - 51.12)) < 0.1
    inland = np.concatenate(lines_within("coast", (-20.0, 40.0, 30.0, 70.0)))
    assert np.min(np.hypot(inland[:, 0] - 11.6, inland[:, 1] - 48.1)) > 2.0, "Munich has no coast"


def test_coastlines_follow_a_map_across_the_antimeridian():
    fiji = np.concatenate(lines_within("coast", (176.0, 184.0, -20.0, -15.0)))
    near = fiji[(fiji[:, 0] > 176.0) & (fiji[:, 0] < 184.0)]
    assert near[:, 0].max() > 180.0 > near[:, 0].min()
    assert lines_within("coast", (220.0, 225.0, 0.0, 5.0)) == [], "no coast in the middle of the Pacific"


def test_no_line_runs_across_the_map():
    for kind in ("coast", "border"):
        for line in lines_within(kind, (-180.0, 180.0, -90.0, 90.0)):
            assert np.abs(np.diff(line[:, 0])).max() < 10.0

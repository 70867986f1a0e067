"""Pictures: log scale, coastlines, receptor; no download."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm

import airshed
from airshed.coastlines import lines_within


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


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
    empty = run.footprint(airshed.Grid(west=100, east=102, south=-10, north=-8, dx=0.5, dy=0.5))
    assert empty.total == 0.0
    empty.plot().figure.canvas.draw()


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

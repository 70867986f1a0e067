"""A receptor takes a time from whatever Python calls one."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import airshed

EVENING = np.datetime64("2010-02-12T18:00:00")


@pytest.mark.parametrize(
    "time",
    [
        "2010-02-12T18:00",
        "2010-02-12 18:00:00Z",
        dt.datetime(2010, 2, 12, 18),
        dt.datetime(2010, 2, 12, 19, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        np.datetime64("2010-02-12T18:00"),
        np.datetime64("2010-02-12T18:00:00.000000000"),
        pd.Timestamp("2010-02-12T18:00"),
        pd.Timestamp("2010-02-12T13:00", tz="America/New_York"),
    ],
)
def test_every_kind_of_time_means_the_same_instant(time):
    receptor = airshed.Receptor(time=time, lon_deg=4.927, lat_deg=51.971, height_agl_m=207.0)
    assert receptor.time == EVENING
    assert receptor.id == "201002121800_4.927_51.971_207"


@pytest.mark.parametrize("time", [5, 5.0, ["2010-02-12T18:00"], dt.date(2010, 2, 12)])
def test_what_is_no_time_is_a_type_error(time):
    with pytest.raises(TypeError, match="time: expected text"):
        airshed.Receptor(time=time, lon_deg=0.0, lat_deg=0.0, height_agl_m=10.0)


@pytest.mark.parametrize("time", ["yesterday", "2010-02-30T00:00", np.datetime64("NaT"), pd.NaT])
def test_what_is_no_date_is_a_value_error(time):
    with pytest.raises(ValueError):
        airshed.Receptor(time=time, lon_deg=0.0, lat_deg=0.0, height_agl_m=10.0)


@pytest.mark.parametrize(
    ("change", "key"), [({"lat_deg": 91.0}, "lat_deg"), ({"height_agl_m": -1.0}, "height_agl_m"), ({"id": "a/b"}, "id")]
)
def test_an_impossible_value_is_named(change, key):
    usual = {"time": EVENING, "lon_deg": 4.927, "lat_deg": 51.971, "height_agl_m": 207.0}
    with pytest.raises(airshed.ConfigError, match=key):
        airshed.Receptor(**(usual | change))


def test_equal_receptors_are_equal(tower):
    same = airshed.Receptor(
        id=tower.id, time=tower.time, lon_deg=tower.lon_deg, lat_deg=tower.lat_deg, height_agl_m=tower.height_agl_m
    )
    assert same == tower
    assert eval(repr(tower), {"Receptor": airshed.Receptor}) == tower


SLANT = [
    {"lon_deg": 4.9, "lat_deg": 52.0, "height_agl_m": 0.0},
    {"lon_deg": 5.1, "lat_deg": 52.1, "height_agl_m": 3000.0, "weight": 0.5},
]
TRACK = pd.DataFrame(
    {
        "time": pd.to_datetime(["2019-09-22T17:30", "2019-09-22T18:00"]),
        "lon_deg": [4.0, 5.0],
        "lat_deg": [52.0, 52.2],
        "height_asl_m": [500.0, 900.0],
    }
)
TIME = "2019-09-22T18:00"
PLACE = {"time": TIME, "lon_deg": 4.9, "lat_deg": 52.0}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ({**PLACE, "height_agl_m": 0.0, "height_top_m": 3000.0, "even_in": "pressure"}, "column"),
        ({**PLACE, "height_agl_m": 0.0, "height_top_m": 3000.0, "lon_top_deg": 5.2, "mean_over": "release"}, "path"),
        ({"time": TIME, "points": SLANT, "release_h": 0.5}, "points"),
        ({"time": TIME, "path": SLANT}, "path"),
        ({"track": TRACK}, "track"),
        ({**PLACE, "height_asl_m": 120.0}, "point"),
    ],
)
def test_receptors_of_every_shape_are_followed_and_gridded(met, tmp_path, words, kind):
    receptor = airshed.Receptor(**words)
    assert receptor.kind == kind
    assert eval(repr(receptor), {"Receptor": airshed.Receptor}) == receptor
    run = airshed.simulate(met, receptor, hours=-2, particles=40, progress=False)
    t = run.trajectories
    assert not t.is_from_a_point
    assert t.release_height_agl_m.shape == t.release_min.shape == t.weight.shape == (40,)
    table = t.to_dataframe()
    assert {"xhgt", "release_min", "weight"} <= set(table.columns)
    assert {"xhgt", "release_min", "weight"} <= set(t.to_xarray())
    late = np.isnan(t["long"][:, 0])
    assert late.any() == (kind == "track" or receptor.release_h is not None)
    grid = airshed.Grid(west=-5, east=12, south=46, north=58, dx=0.25, dy=0.25)
    foot = run.footprint(grid)
    assert foot.total > 0
    t.to_netcdf(tmp_path / "traj.nc")
    again = airshed.Trajectories.open(tmp_path / "traj.nc")
    assert again.receptor == receptor
    np.testing.assert_array_equal(again.footprint(grid).foot, foot.foot)
    assert kind in run._repr_html_() or kind == "point"
    foot.to_xarray().to_netcdf(tmp_path / "foot.nc")


def test_a_column_starts_evenly_in_height(met):
    column = airshed.Receptor(**PLACE, height_agl_m=100.0, height_top_m=900.0)
    t = airshed.simulate(met, column, hours=-1, particles=8, progress=False).trajectories
    np.testing.assert_allclose(t.release_height_agl_m, 100.0 + (np.arange(8) + 0.5) * 100.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({**PLACE, "time": None, "height_agl_m": 5.0}, "give time"),
        ({**PLACE}, "give either height_agl_m or height_asl_m"),
        ({**PLACE, "height_agl_m": 5.0, "even_in": "mass"}, "even_in: unknown variant `mass`"),
        ({"time": TIME, "path": SLANT[:1]}, "at least two places"),
        ({"time": TIME, "path": [{**SLANT[0], "height": 3.0}]}, "height: unknown key"),
        ({"time": TIME, "points": [{"lon_deg": 4.0, "height_agl_m": 3.0}]}, "points, place 1: lat_deg = NaN"),
    ],
)
def test_an_impossible_shape_is_a_config_error(words, said):
    with pytest.raises(airshed.ConfigError, match=said):
        airshed.Receptor(**words)

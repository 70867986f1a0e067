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


@pytest.mark.parametrize("time", [5, 5.0, None, ["2010-02-12T18:00"], dt.date(2010, 2, 12)])
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

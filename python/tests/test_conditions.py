"""Conditions at given places are the ones that particles report."""

import numpy as np
import pandas as pd
import pytest

import airshed


def test_particles_report_the_conditions_at_their_places(met, run):
    # heights are stored in float32: a particle within 1e-6 of a level may lie in the next layer
    table = run.trajectories.to_dataframe()
    time = run.receptor.time + pd.to_timedelta(table.time, unit="min").to_numpy()
    air = airshed.conditions(met, time=time, lon_deg=table.long, lat_deg=table.lati, height_agl_m=table.zagl)
    assert len(air) == len(table)
    for ours, theirs in [("air_density_kg_m3", "dens"), ("sigma_w_m_s", "sigw"), ("lagrangian_time_s", "tlgr")]:
        same = np.isclose(air[ours], table[theirs], rtol=1e-5)
        assert same.mean() > 0.999, ours


def test_one_place_at_many_heights_and_one_time(met):
    air = airshed.conditions(met, time="2019-09-22T12:00Z", lon_deg=5, lat_deg=52, height_agl_m=[10, 100, 1e6])
    assert air.time.nunique() == 1
    assert air.pressure_hpa[0] > air.pressure_hpa[1]
    assert air.drop(columns=["time", "lon_deg", "lat_deg", "height_agl_m"]).loc[2].isna().all()


def test_switches_act(met):
    air = airshed.conditions(met, time="2019-09-22T12:00", lon_deg=5, lat_deg=52, height_agl_m=50, kmixd=700)
    assert air.mixing_height_m[0] == 700


def test_bad_input_says_what_is_wrong(met):
    place = dict(lon_deg=5, lat_deg=52, height_agl_m=50)
    with pytest.raises(airshed.MetCoverageError):
        airshed.conditions(met, time="1999-01-01", **place)
    with pytest.raises(airshed.ConfigError, match="kmix"):
        airshed.conditions(met, time="2019-09-22", kmixx=1, **place)
    with pytest.raises(ValueError, match="NaT"):
        airshed.conditions(met, time=np.datetime64("NaT"), **place)

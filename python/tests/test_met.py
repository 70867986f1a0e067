"""Meteorology written as ARL."""

import numpy as np
import pytest

import airshed


def test_a_part_is_written_as_arl_and_read_again(tmp_path):
    store = airshed.MetStore.synthetic(hours=12, spacing_deg=1.0)
    path = tmp_path / "part.arl"
    report = store.to_arl(path, region=(-5, 15, 42, 60), top_hpa=300, start="2019-09-20T04:00", end="2019-09-20T08:00")
    assert report["bytes"] == path.stat().st_size
    # between neighbours 1 degree apart winds differ by less than 16 m/s: steps of 16/254 m/s at most
    assert 0 < report["packing_steps"]["UWND"] <= 16 / 254
    assert report["warnings"] == []
    (nest,) = airshed.MetStore(path).nests
    assert (nest["nx"], nest["ny"]) == (21, 19)
    assert nest["levels"][-1] == 300.0
    assert list(nest["times"]) == [np.datetime64(f"2019-09-20T{hour:02}:00:00") for hour in (3, 6, 9)]


def test_what_cannot_be_written_is_refused(tmp_path):
    store = airshed.MetStore.synthetic(hours=6, spacing_deg=1.0)
    path = tmp_path / "part.arl"
    with pytest.raises(airshed.exceptions.ConfigError, match="nothing of it"):
        store.to_arl(path, region=(100, 110, 0, 10))
    with pytest.raises(airshed.exceptions.ConfigError, match="nests"):
        store.to_arl(path, nest=3)
    with pytest.raises(airshed.exceptions.FileFormatError, match="108"):
        store.to_arl(path, region=(0, 3, 45, 48))
    assert not path.exists()

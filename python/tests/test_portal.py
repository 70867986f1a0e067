"""The columns of the ICOS Carbon Portal as pandas objects."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import airshed

SHARED = Path(__file__).parents[3] / "shared" / "icos"


def package():
    times = pd.date_range("2012-12-08T18:00", periods=3, freq="3h", name="time")
    parts = {"co2.background": 392.0, "co2.bio.gee": -3.0, "co2.bio.resp": 4.0, "co2.cement": 0.5, "co2.non_fuel": 0.25}
    frame = pd.DataFrame({name: np.linspace(value, 1.1 * value, 3) for name, value in parts.items()}, times)
    frame["co2.fuel"] = [7.0, 8.0, 9.0]
    frame["co2.bio"] = frame["co2.bio.gee"] + frame["co2.bio.resp"]
    frame["co2.stilt"] = frame[["co2.background", "co2.bio", "co2.fuel", "co2.cement", "co2.non_fuel"]].sum(axis=1)
    return frame


def test_a_package_is_read_back_as_it_was_written(tmp_path):
    frame = package()
    file = tmp_path / "series.csv"
    airshed.write_portal(file, frame)
    assert file.read_text().startswith("isodate,co2.stilt,co2.background,")
    back = airshed.read_portal(file)
    assert len(back.columns) == 30
    pd.testing.assert_frame_equal(back[frame.columns], frame, check_freq=False, check_index_type=False)
    assert back["ch4.stilt"].isna().all()
    assert airshed.portal_breaches(back).empty


def test_a_broken_sum_is_told(tmp_path):
    frame = package()
    frame.loc[frame.index[1], "co2.bio"] += 0.5
    breaches = airshed.portal_breaches(frame)
    assert list(breaches.time) == [frame.index[1]] * 2
    assert breaches.identity[1] == "co2.bio = co2.bio.gee + co2.bio.resp"
    assert breaches.left[1] - breaches.right[1] == pytest.approx(0.5)


def test_netcdf_has_units_and_the_portals_names(tmp_path):
    frame = package().tz_localize("UTC")
    file = tmp_path / "series.nc"
    airshed.write_portal(file, frame)
    with xr.open_dataset(file) as dataset:
        assert dataset["co2_bio_gee"].attrs["portal_name"] == "co2.bio.gee"
        np.testing.assert_array_equal(dataset["co2_stilt"], frame["co2.stilt"])
        assert dataset.time.values[0] == np.datetime64("2012-12-08T18:00")


def test_components_become_columns(tower):
    times = pd.date_range("2019-09-22T15:00", periods=2, freq="3h")
    background = pd.DataFrame({"co2": [400.0, 401.0], "ch4": [1.9, 1.91]}, times)
    sources = pd.DataFrame(
        [
            (times[0], "CO2", "1a1a", "coal_hard", 2.0),
            (times[0], "co2", "1a4", "gas_nat", 1.0),
            (times[1], "co2", "1a3b", "oil_light", 4.0),
            (times[1], "ch4", "4a", "others", 0.02),
        ],
        columns=["time", "tracer", "category", "fuel", "ppm"],
    )
    vegetation = pd.DataFrame({"time": times, "class": "crop", "gee_ppm": [-3.0, -1.0], "respiration_ppm": 2.0})
    frame = airshed.portal_columns(tower, background=background, sources=sources, vegetation=vegetation)
    np.testing.assert_allclose(frame["co2.stilt"], [402.0, 406.0])
    np.testing.assert_allclose(frame["co2.transport"], [0.0, 4.0])
    np.testing.assert_allclose(frame["ch4.agriculture"], [np.nan, 20.0])
    assert frame["ch4.stilt"].isna().all()
    assert frame["aglstart"].iloc[0] == 207.0
    assert airshed.portal_breaches(frame).empty
    with pytest.raises(airshed.ConfigError, match="sources at 2019-09-22T18:00:00: the background has no such time"):
        airshed.portal_columns(tower, background=background.iloc[:1], sources=sources)
    with pytest.raises(airshed.ConfigError, match="no column ppm"):
        airshed.portal_columns(tower, background=background, sources=sources.drop(columns="ppm"))
    with pytest.raises(airshed.ConfigError, match="co2, co and ch4"):
        airshed.portal_columns(tower, background=background.rename(columns={"ch4": "sf6"}))


def test_what_is_no_result_is_refused(tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(airshed.FileFormatError, match="neither isodate nor ident"):
        airshed.read_portal(file)


@pytest.mark.skipif(not SHARED.exists(), reason="the portal's samples are not there")
def test_the_portals_samples_are_read():
    sample = SHARED / "stiltresult2009x01x01x00x51.97Nx004.93Ex00020"
    made, portals = airshed.read_portal(f"{sample}_raw.csv"), airshed.read_portal(f"{sample}.json")
    assert made.index[0] == pd.Timestamp("2009-01-01")
    # the portal books category 1b2ac of CO nowhere
    same = portals.columns.drop("co.other_categories")
    np.testing.assert_allclose(made[same], portals[same], rtol=1e-12)
    raw = airshed.read_portal(f"{sample}_raw.csv", raw=True)
    assert raw["co2.1a2+6cd.gas_nat"].iloc[0] == pytest.approx(0.687072830530462)

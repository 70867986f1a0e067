"""Observations and stations as pandas and xarray see them; the reading itself is tested in Rust."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import airshed

SHARED = Path(__file__).resolve().parents[2].parent / "shared"

ICOS = """# TITLE: made for a test
# STATION CODE: CBW
# STATION NAME: Cabauw
# LATITUDE: 51.9703 N
# LONGITUDE: 4.9264 E
# ALTITUDE: 0 m asl
# SAMPLING HEIGHTS: 207.0 m agl
# PARAMETER: CH4
# TIME INTERVAL: hourly
# MEASUREMENT UNIT: nmol.mol-¹
# TIME ZONE: UTC
# MEASUREMENT SCALE: WMO CH4 X2004A
#Site;SamplingHeight;Year;Month;Day;Hour;Minute;DecimalDate;ch4;Stdev;NbPoints;Flag;LTR
CBW;207;2020;01;01;00;00;2020.0;1950.5;1.5;50;O;0.2
CBW;207;2020;01;01;01;00;2020.0;1960.5;1.5;50;K;0.2
CBW;207;2020;01;01;02;00;2020.0;1970.5;1.5;50;O;0.2
"""


@pytest.fixture
def methane(tmp_path):
    (tmp_path / "file.CH4").write_text(ICOS, encoding="utf-8")
    return airshed.Observations.open(tmp_path / "file.CH4")


def test_a_file_becomes_a_table_with_its_metadata(methane):
    frame = methane.to_dataframe()
    assert list(frame.columns) == ["end", "value", "stdev", "stderr", "points", "flag", "LTR"]
    assert frame.index[0] == pd.Timestamp("2020-01-01T00:00") and frame["end"].iloc[0] == pd.Timestamp(
        "2020-01-01T01:00"
    )
    np.testing.assert_array_equal(frame["value"], [1950.5, np.nan, 1970.5])
    assert frame["points"].tolist() == [50, 50, 50] and frame["flag"].tolist() == ["O", "K", "O"]
    assert frame.attrs["scale"] == "WMO CH4 X2004A" and frame.attrs["units"] == "ppb"
    assert (methane.rejected, methane.height_agl_m, methane.lon_deg, len(methane)) == (1, 207.0, 4.9264, 3)


def test_other_units_and_other_forms(methane, tmp_path):
    series = methane.in_unit("ppm").to_series()
    assert series.name == "CH4" and series.iloc[0] == pytest.approx(1.9505)
    dataset = methane.to_xarray()
    assert dataset["value"].attrs["units"] == "ppb" and dataset.attrs["station"] == "CBW"
    dataset.to_netcdf(tmp_path / "series.nc")
    assert "Cabauw" in methane._repr_html_() and "2 of 3" in methane._repr_html_()
    assert "CH4 CBW 207 m" in repr(methane)
    with pytest.raises(airshed.ConfigError, match="ppb can become"):
        methane.in_unit("Bq m-3")


def test_flags_can_be_chosen(tmp_path):
    path = tmp_path / "file.CH4"
    path.write_text(ICOS, encoding="utf-8")
    assert airshed.Observations.open(path, flags="all").rejected == 0
    assert airshed.Observations.open(path, flags=["K"]).rejected == 2


def test_a_series_of_pandas_is_taken_in_utc():
    index = pd.date_range("2020-01-01", periods=3, freq="h", tz="Europe/Amsterdam")
    observations = airshed.Observations.from_series(
        pd.Series([1.0, np.nan, 3.0], index), unit="ppm", interval_h=1.0, species="co2", station="CBW"
    )
    frame = observations.to_dataframe()
    assert frame.index[0] == pd.Timestamp("2019-12-31T23:00") and frame["end"].iloc[0] == pd.Timestamp("2020-01-01")
    with pytest.raises(TypeError, match="DatetimeIndex"):
        airshed.Observations.from_series(pd.Series([1.0]), unit="ppm", interval_h=1.0)
    with pytest.raises(airshed.ConfigError, match="understood are ppm"):
        airshed.Observations.from_series(pd.Series([1.0], index[:1]), unit="furlong", interval_h=1.0)


def test_missing_files_and_wrong_ones_raise_by_kind(tmp_path):
    with pytest.raises(FileNotFoundError):
        airshed.Observations.open(tmp_path / "nowhere")
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(airshed.FileFormatError, match='no column "time"'):
        airshed.Observations.open(tmp_path / "table.csv")


def test_stations_are_a_table_and_make_receptors():
    stations = airshed.stations()
    assert stations.loc["CBW", "heights_agl_m"] == [27, 67, 127, 207]
    assert stations.loc["JFJ", "model_height_agl_m"] == 720 and stations.loc["JFJ", "is_mountain"]
    assert stations["lat_deg"].between(-90, 90).all() and stations.index.is_unique
    tower = airshed.Receptor.from_station("CBW", height=207, time="2010-02-12T18:00")
    assert (tower.id, tower.lon_deg, tower.height_agl_m) == ("CBW207_201002121800", 4.9264, 207.0)
    with pytest.raises(airshed.ConfigError, match="27, 67, 127, 207 m above ground"):
        airshed.Receptor.from_station("CBW", height=200, time="2010-02-12T18:00")
    assert airshed.Receptor.from_station("CBW", height=200, any_height=True, time="2010-02-12").height_agl_m == 200
    summit = airshed.Receptor.from_station("Jungfraujoch", height="model", time="2010-02-12T18:00")
    assert summit.height_agl_m == 720
    with pytest.raises(airshed.ConfigError, match="did you mean Cabauw"):
        airshed.Receptor.from_station("Cabouw", height=207, time="2010-02-12T18:00")


@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared")
def test_real_files_are_read():
    methane = airshed.Observations.open(SHARED / "icos/ICOS_ATC_L2_L2-2024.1_RGL_90.0_CTS.CH4")
    assert methane.to_series().count() == 13
    radiocarbon = airshed.Observations.open(SHARED / "icos/ICOS_ATC_L2_L2-2024.1_CBW_207.0_779.14C")
    assert radiocarbon.unit == "per mil" and any("UTC +1" in note for note in radiocarbon.notes)
    captex = airshed.read_datem(SHARED / "tracer/captex1.txt")
    assert len(captex) == 395 and captex.attrs["tracer"] == "pmch"

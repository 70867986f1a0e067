"""Comparison from pandas: the numbers are tested in Rust, here their way to tables."""

import numpy as np
import pandas as pd
import pytest

import airshed

HOURS = pd.date_range("2020-01-01", periods=24 * 60, freq="h")


@pytest.fixture(scope="module")
def series():
    rng = np.random.default_rng(1)
    truth = 5 * rng.standard_normal(len(HOURS))
    model = pd.Series(401 + 0.9 * truth + 1.5 * rng.standard_normal(len(HOURS)), HOURS, name="co2")
    measured = pd.Series(400 + truth + 0.5 * rng.standard_normal(len(HOURS)), HOURS)
    measured.iloc[100:110] = np.nan
    return model, measured


@pytest.fixture(scope="module")
def observations(series):
    return airshed.Observations.from_series(
        series[1], unit="ppm", interval_h=1.0, species="co2", station="CBW", lon_deg=4.9, lat_deg=52.0
    )


def test_statistics_are_those_of_numpy(series, observations):
    model, measured = series
    comparison = airshed.compare(model, observations)
    statistics = comparison.statistics["value"]
    known = measured.notna()
    mismatch = (model - measured)[known]
    assert statistics["n"] == known.sum()
    assert statistics["bias"] == pytest.approx(mismatch.mean(), rel=1e-12)
    assert statistics["rmse"] == pytest.approx(np.sqrt((mismatch**2).mean()), rel=1e-12)
    assert statistics["centred_rmse"] == pytest.approx(mismatch.std(ddof=0), rel=1e-12)
    assert statistics["r"] == pytest.approx(np.corrcoef(model[known], measured[known])[0, 1], rel=1e-12)
    assert comparison.counts == {"rows": 1440, "pairs": 1430, "gaps_observed": 10, "gaps_model": 0, "not_selected": 0}
    bias = comparison.statistics.loc["bias"]
    assert bias["low"] < bias["value"] < bias["high"]
    taylor = comparison.taylor()
    assert taylor["centred_rmse"] ** 2 == pytest.approx(
        taylor["sd_model"] ** 2
        + taylor["sd_observed"] ** 2
        - 2 * taylor["sd_model"] * taylor["sd_observed"] * taylor["r"]
    )


def test_the_unit_in_the_name_of_a_model_counts_and_a_time_has_one_value(series, observations):
    model = series[0]
    bias = airshed.compare(model, observations).statistics.loc["bias", "value"]
    in_ppb = airshed.compare((1000 * model).rename("co2_ppb"), observations)
    assert in_ppb.statistics.loc["bias", "value"] == pytest.approx(bias, rel=1e-9)
    with pytest.raises(ValueError, match="two values of this time"):
        airshed.compare(pd.concat([model, model[:1]]), observations)
    with pytest.raises(ValueError, match="observation_error"):
        airshed.compare(model, observations, model_error=1.0)
    with pytest.raises(ValueError, match="convert one of them"):
        airshed.ensemble_band([model.rename("ppm"), (1000 * model).rename("ppb")])
    assert airshed.ensemble_band([model, model.rename("ppm")])["members"].max() == 2


def test_known_errors_recover_slope_and_intercept(series, observations):
    comparison = airshed.compare(series[0] - 400, _shifted(observations), model_error=1.5, observation_error=0.5)
    assert comparison.regression == "York"
    for name, truth in (("slope", 0.9), ("intercept", 1.0)):
        row = comparison.statistics.loc[name]
        assert row["low"] < truth < row["high"]


def _shifted(observations):
    values = observations.to_series() - 400
    return airshed.Observations.from_series(values, unit="ppm", interval_h=1.0)


def test_matched_rows_keep_gaps_and_selection(series, observations):
    matched = airshed.compare(series[0], observations, hours="afternoon").matched
    assert len(matched) == len(HOURS) and matched["observed"].isna().sum() == 10
    # Cabauw is 0.33 h ahead of UTC: local 12 to 16 is 12 to 15 UTC
    assert sorted(set(matched.index[matched["selected"]].hour)) == [12, 13, 14, 15]
    daily = airshed.compare(series[0], observations, hours=(12, 16), daily=True).matched
    # the days begin at midnight local time, so that a 61st has begun when the last hour ends
    assert daily["averaged"].max() == 4 and len(daily) in (60, 61)
    assert matched.attrs["units"] == "ppm"


def test_groups_share_out_all_pairs(series, observations):
    wind = pd.Series(np.arange(len(HOURS)) * 7.0 % 360, HOURS)
    comparison = airshed.compare(series[0], observations, wind_from_deg=wind, wind_speed=wind / 100)
    for grouping, labels in (("season", ["DJF"]), ("month", ["Jan", "Feb"]), ("hour", None), ("wind_sector", None)):
        groups = comparison.by(grouping)
        assert groups["n"].sum() == 1430
        assert labels is None or list(groups.index) == labels
        assert (groups["bias_low"] < groups["bias"]).all()
    assert len(comparison.by("wind_sector")) == 8 and len(comparison.by("hour")) == 8
    with pytest.raises(airshed.ConfigError, match="season, month, hour or wind_sector"):
        comparison.by("weekday")


def test_quantiles_and_their_distance(series, observations):
    table = airshed.compare(series[0], observations).distribution([0.5])
    known = series[1].notna()
    assert table.loc[0.5, "model"] == pytest.approx(series[0][known].median())
    assert 0 < table.attrs["ks"] < 1


def test_files_and_tables_are_models_too(series, observations, tmp_path):
    frame = pd.DataFrame({"co2.stilt": series[0], "co2.bio": 0.0})
    from_table = airshed.compare(frame, observations, column="co2.stilt").statistics
    frame.rename_axis("isodate").to_csv(tmp_path / "model.csv", date_format="%Y-%m-%dT%H:%M:%SZ")
    from_file = airshed.compare(tmp_path / "model.csv", observations, column="co2.stilt")
    pd.testing.assert_frame_equal(from_table, from_file.statistics)
    from_file.to_csv(tmp_path / "matched.csv")
    assert len(pd.read_csv(tmp_path / "matched.csv")) == len(HOURS)
    with pytest.raises(airshed.ConfigError, match=r"co2\.stilt, co2\.bio"):
        airshed.compare(frame, observations)
    with pytest.raises(TypeError, match="wind_speed: not for a model from a file"):
        airshed.compare(tmp_path / "model.csv", observations, wind_speed=series[0])
    shifted = airshed.compare(frame, observations, column="co2.stilt", background=10.0).statistics
    assert shifted.loc["bias", "value"] == pytest.approx(from_table.loc["bias", "value"] + 10)


def test_a_notebook_shows_the_statistics(series, observations):
    comparison = airshed.compare(series[0], observations)
    shown = comparison._repr_html_()
    assert "1430 of 1440" in shown and "centred_rmse" in shown and "reduced major axis" in shown
    assert repr(comparison).startswith("Comparison('co2' against 'co2 CBW'")


def test_what_is_no_series_is_refused(series, observations):
    with pytest.raises(TypeError, match=r"expected a pandas\.Series"):
        airshed.compare(pd.Series([1.0]), observations)
    with pytest.raises(airshed.ConfigError, match="at the times of the model"):
        airshed.compare(series[0], observations, wind_speed=series[0].iloc[1:])


def test_an_ensemble_has_a_band(series):
    band = airshed.ensemble_band({"a": series[0], "b": series[0] + 2, "c": series[0] + 1})
    np.testing.assert_allclose(band["max"] - band["min"], 2)
    np.testing.assert_allclose(band["median"], series[0] + 1)
    assert (band["members"] == 3).all()
    table = pd.DataFrame({"a": series[0], "b": series[0] + 2})
    pd.testing.assert_frame_equal(airshed.ensemble_band(table), airshed.ensemble_band([table["a"], table["b"]]))


def test_tracer_statistics_of_a_table_against_itself(tmp_path):
    rows = "\n".join(
        f"1983 09 18 {hour:02}00 0300 40.0 -80.0 {value} 302" for hour, value in ((0, 1.5), (3, 0), (6, 8))
    )
    (tmp_path / "obs.txt").write_text(f"title\nyear mn dy shr dur lat lon pmch stn\n{rows}\n")
    observed = airshed.read_datem(tmp_path / "obs.txt")
    statistics = airshed.datem_statistics(observed, tmp_path / "obs.txt")
    assert statistics["rank"] == pytest.approx(4) and statistics["both_zero"] == 1
    doubled = observed.assign(value=2 * observed["value"])
    assert airshed.datem_statistics(doubled, observed)["fb"] == pytest.approx(2 / 3)

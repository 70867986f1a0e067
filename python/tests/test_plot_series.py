"""Series, bars and Taylor's diagram: what stands in the picture is what was given."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.container import BarContainer

import airshed

TIMES = pd.date_range("2019-09-20", periods=9, freq="3h")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture
def components():
    daylight = np.array([0, 0, 1, 3, 4, 3, 1, 0, 0])
    return pd.DataFrame({"fuel": 2.0, "respiration": 1.0, "photosynthesis": -1.0 * daylight}, TIMES)


def span(collection):
    vertices = np.concatenate([path.vertices for path in collection.get_paths()])
    return vertices[:, 1].min(), vertices[:, 1].max()


def test_sources_stand_on_the_background_and_sinks_hang_below_it(components):
    background = pd.Series(400.0, TIMES)
    ax = airshed.plot.series(components, background=background)
    stacks = {stack.get_label(): span(stack) for stack in ax.collections}
    assert stacks == {"fuel": (400, 402), "respiration": (402, 403), "photosynthesis": (396, 400)}
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert lines["modelled"].tolist() == (400 + components.sum(axis=1)).tolist()
    assert (lines["background"] == 400).all()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["fuel", "respiration", "photosynthesis", "modelled", "background"]
    assert "ppm" in ax.get_ylabel()


def test_observations_have_their_own_times_bars_and_gaps(components):
    observed = pd.Series([401.0, np.nan, 403.0], TIMES[:3] + pd.Timedelta("1h"))
    ax = airshed.plot.series(components, observed, background=400.0, observation_error=0.5)
    points = next(line for line in ax.lines if line.get_label() == "observed")
    assert np.isnan(points.get_ydata()[1]) and points.get_ydata()[2] == 403.0
    assert (pd.DatetimeIndex(points.get_xdata(orig=True)) == observed.index).all()
    bars = next(c for c in ax.collections if not c.get_label() or c.get_label().startswith("_"))
    assert np.ptp(bars.get_segments()[0][:, 1]) == pytest.approx(1.0)


def test_observations_are_drawn_in_the_unit_of_the_picture(components):
    observed = pd.Series([401.0, 402.0], TIMES[:2])
    measured = airshed.Observations.from_series(observed, unit="ppm", interval_h=1.0)
    ax = airshed.plot.series(components, measured, unit="ppb")
    points = next(line for line in ax.lines if line.get_label() == "observed")
    assert points.get_ydata() == pytest.approx([401e3, 402e3])
    with pytest.raises(ValueError, match="ppm can become"):
        airshed.plot.series(components, measured, unit="Bq m-3")
    assert airshed.plot.series(components, unit="Bq m-3").get_ylabel() == "activity, Bq m-3"


def test_the_model_error_is_a_band_around_the_sum(components):
    ax = airshed.plot.series(components[["fuel"]], model_error=pd.Series(0.25, TIMES), unit="ppb")
    band = next(c for c in ax.collections if c.get_label() == "± sampling error")
    assert span(band) == (1.75, 2.25)
    assert "ppb" in ax.get_ylabel()


def test_an_ensemble_is_a_band_with_its_median(components):
    band = pd.DataFrame({"min": 1.0, "median": 2.5, "max": 4.0}, TIMES)
    ax = airshed.plot.series(components[["fuel"]], band=band)
    assert span(next(c for c in ax.collections if c.get_label() == "ensemble, min to max")) == (1.0, 4.0)
    assert (next(line for line in ax.lines if line.get_label() == "ensemble, median").get_ydata() == 2.5).all()


def test_a_gap_of_a_component_is_a_gap_of_the_sum(components):
    components.iloc[4, 0] = np.nan
    ax = airshed.plot.series(components)
    modelled = next(line for line in ax.lines if line.get_label() == "modelled")
    assert np.isnan(modelled.get_ydata()[4]) and np.isfinite(modelled.get_ydata()).sum() == 8


def test_a_background_of_other_times_is_refused(components):
    with pytest.raises(ValueError, match="none of its times"):
        airshed.plot.series(components, background=pd.Series(400.0, TIMES + pd.Timedelta("10D")))
    with pytest.raises(ValueError, match="no component"):
        airshed.plot.series(components[[]])


def test_bars_are_sums_largest_first_and_the_rest_in_one():
    sectors = [f"sector {letter}" for letter in "abcdef"]
    frame = pd.DataFrame({"sector": sectors * 2, "fuel": ["oil"] * 6 + ["gas"] * 6, "ppm": [1, -4, 3, 0.5, 2, 0.1] * 2})
    ax = airshed.plot.contributions(frame, "sector", top=4)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["sector b", "sector c", "sector e", "others"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([-8.0, 6.0, 4.0, 3.2])
    assert "by sector: 5.2 ppm" in ax.get_title(loc="left")
    assert not ax.containers[0].errorbar, "rows of one run vary together"


def test_ages_keep_their_order_and_single_rows_their_error():
    frame = pd.DataFrame({"age_h": [3, 1, 2], "ppm": [1.0, 5.0, 2.0], "stderr_ppm": [0.1, 0.5, 0.2]})
    ax = airshed.plot.contributions(frame, "age_h")
    assert [bar.get_height() for bar in ax.patches] == [5.0, 2.0, 1.0]
    (bars,) = [container for container in ax.containers if isinstance(container, BarContainer)]
    ends = bars.errorbar[2][0].get_segments()
    assert np.ptp(ends[0][:, 1]) == pytest.approx(1.0)
    assert ax.get_xlabel() == "age, h"


def test_a_series_of_sums_is_drawn_under_its_names():
    ax = airshed.plot.contributions(pd.Series({"NLD": 2.0, "DEU": 3.0}, name="ppm").rename_axis("country"))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["DEU", "NLD"]
    with pytest.raises(ValueError, match="no column 'sector'"):
        airshed.plot.contributions(pd.DataFrame({"ppm": [1.0]}), "sector")
    with pytest.raises(ValueError, match="no rows"):
        airshed.plot.contributions(pd.Series(dtype=float))


def test_contributions_of_a_run_are_drawn_with_the_errors_of_their_sums(met, tower):
    attribution = airshed.Attribution(airshed.Inventory.synthetic("CO2"), age_edges_h=[0, 2, 4])
    told = airshed.simulate(met, tower, hours=-6, particles=100, attribution=attribution, progress=False).contributions
    table = told.by("sector").set_index("sector")
    ax = told.plot("sector")
    (bars,) = [container for container in ax.containers if isinstance(container, BarContainer)]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert [bar.get_width() for bar in bars] == pytest.approx(table.loc[names, "ppm"].tolist())
    lengths = [np.ptp(line[:, 0]) for line in bars.errorbar[2][0].get_segments()]
    assert lengths == pytest.approx((2 * table.loc[names, "stderr_ppm"]).tolist())
    assert f"{told.total_ppm('CO2')[0]:.3g} ppm" in ax.get_title(loc="left")
    ages = told.plot("age")
    assert ages.get_xticklabels()[0].get_text() == "0 to 2"
    assert sum(bar.get_height() for bar in ages.patches) == pytest.approx(told.total_ppm("CO2")[0])


def test_ppm_of_two_gases_are_not_added_up(met, tower):
    both = airshed.Attribution([airshed.Inventory.synthetic(tracer) for tracer in ("CO2", "CH4")])
    told = airshed.simulate(met, tower, hours=-3, particles=50, attribution=both, progress=False).contributions
    with pytest.raises(ValueError, match=r"CO2 of invented CO2.*say which"):
        told.plot("sector")
    for tracer in ("CO2", "CH4"):
        ax = told.plot("sector", tracer=tracer)
        assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(told.total_ppm(tracer)[0])


def test_taylors_diagram_holds_its_identity():
    """Taylor (2001): E'² = s² + 1 - 2 s R is the squared distance of a point from the observations."""
    points = pd.DataFrame({"normalised_sd": [0.8, 1.3], "correlation": [0.9, 0.4]}, ["one", "other"])
    ax = airshed.plot.taylor(points)
    drawn = {line.get_label(): (line.get_xdata(), line.get_ydata()) for line in ax.lines}
    angle, radius = (np.ravel(values).item() for values in drawn["observed"])
    observed = radius * np.array([np.cos(angle), np.sin(angle)])
    for name, (deviation, correlation) in points.iterrows():
        angle, radius = (np.ravel(values).item() for values in drawn[name])
        place = radius * np.array([np.cos(angle), np.sin(angle)])
        assert np.cos(angle) == pytest.approx(correlation) and radius == pytest.approx(deviation)
        error = deviation**2 + 1 - 2 * deviation * correlation
        assert np.sum((place - observed) ** 2) == pytest.approx(error)
    assert ax.get_thetamax() == 90.0 and ax.get_rmax() == 1.5


@pytest.fixture
def comparison(components):
    modelled = 400 + components.sum(axis=1)
    observed = modelled + np.array([0.1, -0.2, 0.3, 0.0, np.nan, -0.1, 0.2, -0.3, 0.1])
    measured = airshed.Observations.from_series(observed, unit="ppm", interval_h=1.0, species="co2", station="CBW")
    return airshed.compare(modelled.rename("ours"), measured, lon_deg=4.9)


def test_pairs_are_drawn_in_a_square_with_their_statistics(comparison):
    ax = airshed.plot.scatter(comparison)
    pairs = comparison.matched.dropna(subset=["model", "observed"])
    points, one_to_one, fitted = ax.lines
    assert points.get_xydata().tolist() == pairs[["observed", "model"]].to_numpy().tolist()
    assert ax.get_xlim() == ax.get_ylim() and one_to_one.get_xdata().tolist() == one_to_one.get_ydata().tolist()
    x, y = fitted.get_xydata().T
    found = comparison.statistics["value"]
    assert y == pytest.approx(found["intercept"] + found["slope"] * x)
    words = ax.texts[0].get_text()
    assert words.startswith("N 8") and f"bias {found['bias']:.3g} [" in words
    assert "ppm" in ax.get_xlabel() and "ours" in ax.get_title(loc="left")


def test_comparisons_stand_in_taylors_diagram_under_their_names(comparison):
    ax = airshed.plot.taylor({"ours": comparison})
    point = next(line for line in ax.lines if line.get_label() == "ours")
    place = comparison.taylor()
    assert np.ravel(point.get_ydata()).item() == pytest.approx(place["normalised_sd"])
    assert np.cos(np.ravel(point.get_xdata()).item()) == pytest.approx(place["r"])


def test_observations_are_drawn_as_their_series(components):
    series = pd.Series([401.0, 402.0], TIMES[:2])
    measured = airshed.Observations.from_series(series, unit="ppm", interval_h=1.0, species="co2", station="CBW")
    ax = airshed.plot.series(components, measured, background=400.0)
    points = next(line for line in ax.lines if line.get_label() == "observed")
    assert points.get_ydata().tolist() == [401.0, 402.0]


def test_a_negative_correlation_opens_the_other_half():
    ax = airshed.plot.taylor([(1.0, -0.5, "model")])
    assert ax.get_thetamax() == 180.0
    for impossible in ((-1.0, 0.5), (1.0, 1.5), (np.nan, 0.0)):
        with pytest.raises(ValueError, match="model"):
            airshed.plot.taylor([(*impossible, "model")])
    with pytest.raises(TypeError, match="polar"):
        airshed.plot.taylor([(1.0, 0.5, "model")], ax=plt.subplots()[1])
    with pytest.raises(ValueError, match="no point"):
        airshed.plot.taylor([])

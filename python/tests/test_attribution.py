"""Who emitted what: inventories, and what of them is booked at particles."""

import numpy as np
import pytest

import airshed

REGION = (-12.0, 16.0, 44.0, 60.0)


@pytest.fixture(scope="module")
def told(met, tower):
    attribution = airshed.Attribution(
        [airshed.Inventory.synthetic(), airshed.Inventory.from_flux("CH4", airshed.Flux.uniform(0.01), name="soils")],
        region=REGION,
        age_edges_h=[0, 2, 4],
    )
    run = airshed.simulate(met, tower, hours=-6, particles=200, seed=7, attribution=attribution, progress=False)
    return run, attribution


def test_parts_add_up_and_stored_records_say_the_same(told):
    run, attribution = told
    frame = run.contributions.to_dataframe()
    total, stderr = run.contributions.total_ppm("CO2")
    assert frame[frame.tracer == "CO2"].ppm.sum() == pytest.approx(total, rel=1e-12)
    assert 0 < stderr < total
    assert run.contributions.total_ppm("CH4")[0] == pytest.approx(0.01 * run.contributions.foot, rel=1e-5)
    assert 0 <= run.contributions.uncovered_share < 0.2
    again = run.attribute(attribution)
    assert again.to_dataframe().equals(frame)
    by_sector = run.contributions.by("tracer", "sector").set_index(["tracer", "sector"]).ppm
    assert by_sector["CO2"].sum() == pytest.approx(total, rel=1e-12)
    assert set(by_sector["CO2"].index) == {"energy", "industry", "traffic", "residential"}


def test_countries_and_ages_are_told_apart(told):
    contributions = told[0].contributions
    countries = contributions.by("country").set_index("country").ppm
    assert countries.idxmax() == "NLD"
    ages = contributions.by("age_from_h", "age_to_h")
    assert list(ages.age_from_h) == [0, 2] and list(ages.age_to_h) == [2, np.inf]
    with pytest.raises(airshed.ConfigError, match="colour"):
        contributions.by("colour")
    with pytest.raises(airshed.ConfigError, match="N2O"):
        contributions.total_ppm("N2O")


def test_without_records_or_region_it_still_tells(met, tower):
    attribution = airshed.Attribution(airshed.Inventory.synthetic("CH4"), by_country=False)
    assert attribution.region == (-180, 180, -90, 90)
    run = airshed.simulate(met, tower, hours=-3, particles=100, attribution=attribution, keep=False, progress=False)
    assert set(run.contributions.to_dataframe().country) == {""}
    with pytest.raises(airshed.ConfigError, match="attribution"):
        run.attribute(attribution)
    grid = airshed.Grid(west=-5, east=10, south=48, north=56, dx=0.25, dy=0.2)
    assert airshed.Attribution(airshed.Inventory.synthetic(), region=grid).region == (-5, 10, 48, 56)


def test_an_inventory_file_names_its_sources(tmp_path):
    (tmp_path / "inventory.toml").write_text('tracer = "CO2"\n[[source]]\nfile = "no.nc"\nvariable = "emi"\n')
    with pytest.raises(OSError, match=r"no\.nc"):
        airshed.Inventory.from_toml(tmp_path / "inventory.toml")
    inventory = airshed.Inventory.synthetic()
    assert ("traffic", "oil") in inventory.sources
    with pytest.raises(airshed.ConfigError, match="traffic"):
        inventory.flux("shipping")


def test_the_portal_columns_of_what_was_booked_keep_their_sums(told):
    run, _ = told
    frame = airshed.portal_series(run.contributions, inventories=["invented CO2"], backgrounds={"CO2": 410.0})
    row = frame.iloc[0]
    assert row["co2.fuel"] == pytest.approx(run.contributions.total_ppm("CO2")[0], rel=1e-12)
    assert row["co2.fuel.coal"] > 0 and row["co2.energy"] > 0
    assert airshed.portal_breaches(frame.dropna(axis=1)).empty
    with pytest.raises(airshed.ConfigError, match="booked were"):
        airshed.portal_series(run.contributions, inventories=["edgar"])
    with pytest.raises(airshed.ConfigError, match="2 for 1"):
        airshed.portal_series([run.contributions], backgrounds={"CO2": [410.0, 411.0]})


def test_they_show_in_a_notebook(told):
    assert "traffic" in told[0].contributions._repr_html_()
    assert "<table" in airshed.Inventory.synthetic()._repr_html_()

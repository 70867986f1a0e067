"""Fluxes from files of many layouts, their totals, and the countries they lie in."""

import numpy as np
import pytest
import xarray as xr

import airshed

RADIUS_M = 6_371_200.0


def edgar(path, values, *, units="Tonnes", name="emissions", **attributes):
    """A file of one degree cells around 51 N, 5 E, as EDGAR names and shapes them."""
    data = xr.DataArray(values, dims=("lat", "lon"), attrs={"units": units, "substance": "CO2"} | attributes)
    axes = {"lat": ("lat", [50.5, 51.5], {"units": "degrees_north"}), "lon": [4.0, 5.0, 6.0]}
    data.to_dataset(name=name).assign_coords(axes).to_netcdf(path)
    return path


def test_tonnes_per_cell_come_back_as_the_total(tmp_path):
    tonnes = np.arange(1.0, 7.0).reshape(2, 3)
    flux = airshed.Flux.open(edgar(tmp_path / "EDGAR_2024_GHG_CO2_2016_ENE_emi.nc", tonnes), variable="emissions")
    assert (flux.year, flux.sector, flux.formula) == (2016, "ENE", "CO2")
    total = flux.total()
    # order of summation
    assert total.kg_yr == pytest.approx(1e3 * tonnes.sum(), rel=1e-12)
    assert total.mol_s == pytest.approx(1e6 * tonnes.sum() / 44.0095 / (366 * 86400), rel=1e-12)
    assert total.uncovered_share == pytest.approx(1.0 - total.area_m2 / (4.0 * np.pi * RADIUS_M**2), rel=1e-12)
    assert flux.total(box=(3.5, 6.5, 50.0, 52.0)).uncovered_share == 0.0
    assert "kg yr-1" in repr(total)


def test_totals_of_a_box_and_of_countries_are_area_integrals(tmp_path):
    flux = airshed.Flux.uniform(2.0)
    box = flux.total(box=(4.0, 6.0, 50.0, 52.0))
    heights = np.diff(np.sin(np.radians([50.0, 52.0])))[0]
    assert box.mol_s == pytest.approx(2e-6 * RADIUS_M**2 * np.radians(2.0) * heights, rel=1e-12)
    germany, both = flux.total(country="DE"), flux.total(country=["DEU", "France"])
    assert germany.mol_s == pytest.approx(2e-6 * germany.area_m2, rel=1e-12)
    # areas of countries on cells of 0.1 degrees: 2 %
    assert germany.mol_s == pytest.approx(2e-6 * 357.6e9, rel=0.02)
    assert both.mol_s == pytest.approx(germany.mol_s + flux.total(country="FRA").mol_s, rel=1e-9)
    with pytest.raises(airshed.ConfigError, match="did you mean Germany"):
        flux.total(country="Germny")
    with pytest.raises(airshed.ConfigError, match="one of them"):
        flux.total(country="DE", box=(4.0, 6.0, 50.0, 52.0))


def test_monthly_files_join_and_serve_other_years_if_asked_to(tmp_path):
    def month(number):
        path = tmp_path / f"v50_CO2_2015_{number}_ENE.nc"
        return edgar(path, np.full((2, 3), float(number)), units="umol m-2 s-1", name="emi_co2")

    files = [month(number) for number in range(12, 0, -1)]
    flux = airshed.Flux.open(files, variable="emi_co2")
    area = flux.total().area_m2
    july = flux.total(start="2015-07-01T00:00", end="2015-08-01T00:00")
    assert july.mol_s == pytest.approx(7e-6 * area, rel=1e-12)
    with pytest.raises(airshed.ConfigError, match="nearest_year"):
        flux.total(start="2016-02-29T00:00", end="2016-03-01T00:00")
    any_year = airshed.Flux.open(files, variable="emi_co2", climatology=True)
    leap_day = any_year.total(start="2016-02-29T00:00", end="2016-03-01T00:00")
    assert leap_day.mol_s == pytest.approx(2e-6 * area, rel=1e-12)


def test_a_table_and_arguments_say_what_the_file_does_not(tmp_path):
    file = edgar(tmp_path / "bare.nc", np.ones((2, 3)), units="")
    table = tmp_path / "flux.toml"
    table.write_text('variable = "emissions"\nunits = "Gg yr-1"\nyear = 2015\n')
    flux = airshed.Flux.open(file, options=table)
    assert flux.total().kg_yr == pytest.approx(6e6, rel=1e-12)
    half = airshed.Flux.open(file, options=table, units="kt/yr", species="CH4")
    assert half.formula == "CH4" and half.total().kg_yr == pytest.approx(6e6, rel=1e-12)
    with pytest.raises(airshed.FileFormatError, match="understood are"):
        airshed.Flux.open(file, variable="emissions")


def test_a_sector_is_taken_by_its_label(tmp_path):
    values = np.stack([np.zeros((2, 2)), np.ones((2, 2))])
    data = xr.DataArray(values, dims=("sector", "lat", "lon"), attrs={"units": "umol m-2 s-1"})
    axes = {"sector": ["ENE", "TRO"], "lat": [50.5, 51.5], "lon": [4.0, 5.0]}
    data.to_dataset(name="co2").assign_coords(axes).to_netcdf(tmp_path / "sectors.nc")
    flux = airshed.Flux.open(tmp_path / "sectors.nc", variable="co2", select={"sector": "TRO"})
    assert flux.sector == "TRO" and flux.total().mol_s > 0.0
    assert airshed.Flux.open(tmp_path / "sectors.nc", variable="co2", select={"sector": 0}).total().mol_s == 0.0
    with pytest.raises(airshed.ConfigError, match="ENE, TRO"):
        airshed.Flux.open(tmp_path / "sectors.nc", variable="co2", select={"sector": "AGS"})


def test_places_tell_their_country():
    assert airshed.country_at(4.927, 51.971) == "NLD"
    codes = airshed.country_at([[13.4, 2.35], [-30.0, 7.985]], [[52.5, 48.85], [45.0, 46.547]])
    assert codes.tolist() == [["DEU", "FRA"], ["SEA", "CHE"]]
    table = airshed.countries()
    assert table.loc["DEU"].tolist() == ["DE", "Germany"] and len(table) > 230
    share = airshed.country_share("NL", [51.0, 52.0, 53.0], [4.5, 5.5])
    assert share.shape == (3, 2) and 0.0 < share[1, 1] <= 1.0

"""Radon, hydroxyl and radiocarbon against values worked out by hand."""

import numpy as np
import pytest

import airshed
from airshed import tracer


def test_radon_as_by_hand():
    # 20 mBq through a footprint of 5: 5 * 0.02 * 44.615 mol m-3
    flux = tracer.radon_flux(0.02)
    assert tracer.radon_activity(5.0 * flux) == pytest.approx(4.4615, rel=1e-4)
    assert tracer.radon_flux_of_atoms(1e4) == pytest.approx(tracer.radon_flux(0.0209822), rel=1e-5)
    both = tracer.radon_activity(np.array([5.0, 10.0]) * flux, pressure_hpa=950.0, temperature_k=288.15)
    np.testing.assert_allclose(both, [3.9653, 7.9305], rtol=1e-4)


def test_hydroxyl_as_by_hand():
    assert tracer.co_loss_rate(288.0, 1000.0, oh_molec_cm3=1e6) == pytest.approx(2.16667e-7, rel=1e-5)
    assert tracer.ch4_loss_rate(288.0, oh_molec_cm3=1e6) == pytest.approx(5.1585e-9, rel=1e-4)


def test_radiocarbon_as_by_hand():
    one = tracer.delta14c(background_ppm=414.0, background_per_mil=0.0, fossil_ppm=1.0)
    assert one == pytest.approx(-2.4096, rel=1e-4)
    alike = tracer.delta14c(
        background_ppm=410.0, background_per_mil=20.0, fossil_ppm=10.0, biosphere_ppm=-5.0, biosphere_per_mil=20.0
    )
    notebook = tracer.delta14c_notebook(background_per_mil=20.0, co2_ppm=415.0, fossil_ppm=10.0)
    assert alike == pytest.approx(notebook, rel=1e-12)
    assert tracer.nuclear_delta14c(3.17098e-7, co2_ppm=415.0) == pytest.approx(0.28149, rel=1e-4)
    with pytest.raises(airshed.ConfigError, match="above 0"):
        tracer.nuclear_delta14c(1.0, co2_ppm=0.0)


def test_units_are_converted():
    assert tracer.convert(1.9, "ppm", "ppb") == pytest.approx(1900.0)
    np.testing.assert_allclose(tracer.convert([4e-4], "mol mol-1", "ppm"), [400.0])
    with pytest.raises(airshed.ConfigError, match="no factor"):
        tracer.convert(1.0, "ppm", "Bq m-3")


def test_facilities_are_seen_by_footprints_and_by_particles(run, foot, tmp_path):
    table = tmp_path / "plants.csv"
    table.write_text("name,lat_deg,lon_deg,gbq_per_year,year\nnear,51.971,4.927,1000,2019\nfar,0,100,1000,2019\n")
    seen = tracer.nuclear_releases(foot, table)
    row, column = np.searchsorted(foot.y, 51.971) - 1, np.searchsorted(foot.x, 4.927) - 1
    row += abs(foot.y[row + 1] - 51.971) < abs(foot.y[row] - 51.971)
    column += abs(foot.x[column + 1] - 4.927) < abs(foot.x[column] - 4.927)
    sides = np.radians([foot.y[row] - 0.1, foot.y[row] + 0.1])
    area_m2 = 6_371_200.0**2 * np.radians(0.25) * np.diff(np.sin(sides))[0]
    expected = foot.foot[:, row, column].sum() * 1e12 / 31_536_000.0 / area_m2
    assert seen.becquerel_per_mol["near"] == pytest.approx(expected, rel=1e-9)
    assert list(seen.on_grid) == [True, False]
    by_particles = tracer.nuclear_releases(run, table, radius_m=10_000.0)
    assert by_particles.becquerel_per_mol["near"] > 0.0
    assert by_particles.becquerel_per_mol["far"] == 0.0

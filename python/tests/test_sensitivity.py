"""What a station sees: distances, bearings, areas, seasons, classes, networks."""

import numpy as np
import pytest
import xarray as xr

import airshed
from airshed.sensitivity import (
    class_shares,
    core_areas,
    country_shares,
    network_table,
    seasonal_table,
    sensitivity_rose,
)
from airshed.sphere import EARTH_RADIUS_KM, bearing_deg, cell_areas_km2, distance_km

EQUAL_AREA = "+proj=laea +lat_0=52 +lon_0=5 +R=6371200"


def grid(west, east, south, north, step, **options):
    return airshed.Grid(west=west, east=east, south=south, north=north, dx=step, dy=step, **options)


def test_distances_and_bearings_are_those_of_the_globe():
    quarter = 0.5 * np.pi * EARTH_RADIUS_KM
    lon, lat = np.array([90.0, 0.0, -90.0, 0.0]), np.array([0.0, 90.0, 0.0, -90.0])
    assert distance_km(0.0, 0.0, lon, lat) == pytest.approx(np.full(4, quarter))
    assert bearing_deg(0.0, 0.0, lon, lat) == pytest.approx([90.0, 0.0, 270.0, 180.0])
    # Paris to New York: 5837 km on a sphere of 6371 km, leaving at 291.8 degrees
    assert distance_km(2.3522, 48.8566, -74.0060, 40.7128) == pytest.approx(5837, abs=2)
    assert bearing_deg(2.3522, 48.8566, -74.0060, 40.7128) == pytest.approx(291.8, abs=0.1)


def test_cells_in_degrees_make_up_the_globe_and_projected_ones_keep_their_area():
    globe = cell_areas_km2(grid(-180, 180, -90, 90, 5.0), (36, 72))
    assert globe.sum() == pytest.approx(4 * np.pi * EARTH_RADIUS_KM**2, rel=1e-12)
    equal = cell_areas_km2(grid(-1e6, 1e6, -1e6, 1e6, 2.5e4, crs=EQUAL_AREA), (80, 80))
    # sides are drawn as straight lines of another projection: 1e-4 of a cell of 25 km
    assert equal == pytest.approx(np.full((80, 80), 625.0), rel=2e-4)


def test_the_rose_holds_the_whole_influence_where_the_cells_lie(foot):
    rose = foot.sensitivity_rose()
    assert rose.to_numpy().sum() == pytest.approx(foot.total)
    assert rose.shape == (16, 8) and rose.index[4] == 90.0
    receptor = foot.receptor
    lon, lat = np.meshgrid(foot.x, foot.y)
    west = bearing_deg(receptor.lon_deg, receptor.lat_deg, lon, lat) > 180.0
    # cells on the meridian of the receptor are shared by both sides
    assert rose.loc[(rose.index > 180)].to_numpy().sum() == pytest.approx(foot.foot.sum(axis=0)[west].sum(), rel=0.1)
    near = distance_km(receptor.lon_deg, receptor.lat_deg, lon, lat) < 100.0
    within = sensitivity_rose(foot, distance_km=(0, 100)).to_numpy().sum()
    assert within == pytest.approx(foot.foot.sum(axis=0)[near].sum(), rel=0.1)


def test_a_wind_from_the_west_brings_influence_from_the_west(met, tower):
    """On a projected grid too: the share of the western half does not depend on the map."""
    run = airshed.simulate(met, tower, hours=-12, particles=100, seed=3, progress=False)
    shares = []
    for crs, bounds in (
        ("+proj=longlat", (-10, 10, 47, 57, 0.1)),
        (EQUAL_AREA, (-9e5, 4e5, -5e5, 5e5, 1e4)),
    ):
        rose = run.footprint(grid(*bounds, crs=crs)).sensitivity_rose(distance_km=(0, 300))
        shares.append(rose[(rose.index > 180)].to_numpy().sum() / rose.to_numpy().sum())
    # cells of 11 and of 10 km, cut differently at the meridian
    assert shares[0] == pytest.approx(shares[1], abs=0.05) and shares[0] > 0.8


def test_impossible_bins_are_refused(foot):
    with pytest.raises(ValueError, match="ascend"):
        foot.sensitivity_rose(distance_km=(0, 100, 50))
    with pytest.raises(ValueError, match="one sector"):
        foot.sensitivity_rose(directions=0)


def test_core_areas_grow_with_their_share(foot):
    table = core_areas(foot)
    assert table.index.tolist() == [0.5, 0.8, 0.9]
    assert table["cells"].tolist() == [foot.core_area(share).sum() for share in (0.5, 0.8, 0.9)]
    assert table["area_km2"].is_monotonic_increasing and table["reach_km"].is_monotonic_increasing
    size = cell_areas_km2(foot.grid, foot.foot.shape[1:])
    assert table.loc[0.5, "area_km2"] == pytest.approx(size[foot.core_area(0.5)].sum())


def test_classes_share_out_the_influence(foot):
    lon = np.arange(-14.875, 15.0, 0.25)
    sides = np.where(lon < 4.5, 1, 2) * np.ones((20, 1))
    classes = xr.DataArray(sides, {"latitude": np.linspace(58, 46, 20), "longitude": lon}, ("latitude", "longitude"))
    shares = class_shares(foot, classes, names={1: "west", 2: "east"})
    west = foot.foot.sum(axis=0)[:, foot.x < 4.5].sum()
    assert shares.sum() == pytest.approx(foot.total) and 0 < west < foot.total
    assert shares["west"] == pytest.approx(west, rel=1e-9)
    assert shares["east"] == pytest.approx(foot.total - west, rel=1e-9)
    half = class_shares(foot, classes.sel(longitude=slice(-15, 4.5)))
    assert half["no class"] == pytest.approx(shares["east"], rel=1e-9) and half[1] == pytest.approx(west)
    with pytest.raises(ValueError, match="expected lat and lon"):
        class_shares(foot, classes.rename(latitude="row"))


def test_classes_from_0_to_360_degrees_are_found(met, tower):
    """A grid across the meridian of Greenwich, with the air on both sides of it."""
    run = airshed.simulate(met, tower, hours=-24, particles=50, progress=False)
    foot = run.footprint(grid(-12, 10, 48, 62, 0.5))
    lon = np.arange(0.5, 360.0)
    classes = xr.DataArray((lon > 180.0) * np.ones((40, 1)), {"lat": np.arange(30.5, 70), "lon": lon}, ("lat", "lon"))
    shares = class_shares(foot, classes)
    west = foot.foot.sum(axis=0)[:, foot.x < 0].sum()
    assert 0 < west < foot.total and shares[1] == pytest.approx(west, rel=1e-9)
    assert shares.sum() == pytest.approx(foot.total) and "no class" not in shares


def test_countries_share_out_the_influence(foot):
    shares = country_shares(foot)
    assert shares.sum() == pytest.approx(foot.total) and shares.is_monotonic_decreasing
    assert set(shares.index) <= {"NLD", "BEL", "GBR", "DEU", "FRA", "SEA"} and shares["NLD"] > 0.0
    # Cabauw lies 50 km from the sea: what is near it is Dutch
    near = sensitivity_rose(foot, distance_km=(0, 30)).to_numpy().sum()
    assert shares["NLD"] > 0.95 * near


@pytest.fixture(scope="module")
def network(met):
    cells = grid(0, 10, 48, 56, 0.25)
    places = {"CBW": (4.93, 51.97), "LUT": (6.35, 53.40), "TWIN": (6.35, 53.40)}
    stations = [
        airshed.Receptor(id=name, time="2019-09-22T12:00", lon_deg=lon, lat_deg=lat, height_agl_m=100.0)
        for name, (lon, lat) in places.items()
    ]
    runs = airshed.simulate(met, stations, hours=-4, particles=100, grids=cells, keep=False, progress=False)
    return [run.footprints()[0].integrate() for run in runs]


def test_seasons_are_those_of_the_receptor_times(network):
    table = seasonal_table(network)
    assert table.index.tolist() == ["SON", "all"]
    assert table.loc["all", "footprints"] == 3
    assert table.loc["SON", "foot"] == pytest.approx(np.mean([foot.total for foot in network]))
    assert 0 < table.loc["all", "near_share"] <= 1 and table.loc["all", "core_area_km2"] > 0
    with pytest.raises(airshed.ConfigError):
        seasonal_table([])


def test_what_two_stations_see_neither_sees_alone(network):
    alone = network_table(network[:2])
    assert alone.index.tolist() == ["CBW", "LUT", "network"]
    seen = np.array([foot.core_area(0.5) for foot in network])
    size = cell_areas_km2(network[0].grid, seen.shape[1:])
    assert alone.loc["network", "area_km2"] == pytest.approx(size[seen[:2].any(axis=0)].sum())
    assert alone.loc["CBW", "alone_km2"] == pytest.approx(size[seen[0] & ~seen[1]].sum())
    assert alone.loc["network", "foot"] == pytest.approx(
        airshed.Footprint.network_maximum(network[:2], share=0.5).sum()
    )
    # particles of two receptors at one place differ by their noise: their areas overlap but are not the same
    both = network_table(network)
    assert both.loc["LUT", "alone_km2"] < alone.loc["LUT", "alone_km2"]

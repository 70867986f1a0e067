"""Particle variables on request: under STILT's names, in tables, files and configuration."""

import numpy as np
import pytest

import airshed

ASKED = ["zagl", "temz", "rhfr", "wout", "shtf", "dswf"]


@pytest.fixture(scope="module")
def asked(met, tower):
    return airshed.simulate(met, tower, hours=-6, particles=200, seed=7, variables=ASKED, progress=False)


def test_the_table_holds_what_was_asked_for_and_what_gridding_needs(asked):
    assert asked.trajectories.keys() == ["long", "lati", "zagl", "foot", *ASKED[1:]]
    frame = asked.trajectories.to_dataframe()
    assert list(frame.columns) == ["time", "indx", *asked.trajectories.keys()]
    assert frame["temz"].between(230, 320).all() and frame["rhfr"].between(0, 1).all()
    with pytest.raises(KeyError, match="there are long, lati"):
        asked.trajectories["dens"]


def test_asking_for_more_moves_no_particle(asked, run):
    for name in ("long", "lati", "zagl", "foot"):
        assert np.array_equal(asked.trajectories[name], run.trajectories[name], equal_nan=True), name


def test_datasets_state_units_and_standard_names(asked):
    dataset = asked.trajectories.to_xarray()
    assert dataset["temz"].attrs == {
        "units": "K",
        "long_name": "temperature at the particle",
        "standard_name": "air_temperature",
    }
    assert "standard_name" not in dataset["wout"].attrs


def test_files_keep_them_and_thin_them_to_values_of_the_moment(asked, tmp_path):
    asked.trajectories.to_netcdf(tmp_path / "t.nc", every_min=20)
    read = airshed.Trajectories.open(tmp_path / "t.nc")
    assert read.keys() == asked.trajectories.keys()
    assert np.array_equal(read["temz"], asked.trajectories["temz"][:, 19::20], equal_nan=True)


def test_unknown_unbuilt_and_missing_ones_are_refused_with_a_reason(met, tower):
    def ask(*variables):
        return airshed.simulate(met, tower, hours=-1, particles=1, variables=variables, progress=False)

    with pytest.raises(airshed.ConfigError, match="did you mean `temz`"):
        ask("temzz")
    with pytest.raises(airshed.ConfigError, match="convection"):
        ask("zloc")
    with pytest.raises(airshed.MetCoverageError, match=r"no field LCLD.*lcld"):
        ask("lcld")


def test_a_configuration_names_them_too(met, tower, tmp_path):
    file = tmp_path / "run.toml"
    file.write_text(
        '[met]\nfiles = ["none.arl"]\n[run]\nhours = -1\nparticles = 2\n[trajectories]\nvariables = ["temp"]\n'
        '[[receptor]]\ntime = "2019-09-22T18:00"\nlon_deg = 4.9\nlat_deg = 52.0\nheight_agl_m = 10.0\n'
    )
    config = airshed.Config.from_toml(file)
    run = airshed.simulate(met, tower, config=config, progress=False)
    assert run.trajectories.keys() == ["long", "lati", "foot", "temp"]
    other = airshed.simulate(met, tower, config=config, variables="dens", progress=False)
    assert other.trajectories.keys() == ["long", "lati", "foot", "dens"]

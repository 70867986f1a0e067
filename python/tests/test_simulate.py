"""Runs: the same seed gives the same numbers, Python goes on meanwhile, and Ctrl-C stops them."""

import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import airshed


def positions(run):
    return {name: run.trajectories[name] for name in run.trajectories.keys()}


def same(one, other):
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def test_the_same_seed_gives_the_same_numbers_with_any_number_of_threads(met, tower, run):
    for threads in (1, 3):
        again = airshed.simulate(met, tower, hours=-6, particles=200, seed=7, threads=threads)
        assert same(positions(run), positions(again)), f"{threads} threads"
    other_seed = airshed.simulate(met, tower, hours=-6, particles=200, seed=8)
    assert not same(positions(run), positions(other_seed))


def test_tables_have_one_row_per_particle_and_one_column_per_minute(run):
    trajectories = run.trajectories
    assert len(trajectories) == 200
    assert trajectories.time_min.dtype == np.float64
    assert trajectories.time_min.tolist() == list(range(-1, -361, -1))
    for name in trajectories.keys():
        table = trajectories[name]
        assert table.shape == (200, 360), name
        assert table.dtype == (np.float64 if name in ("long", "lati") else np.float32), name
    assert sum(run.ends.values()) == 200
    with pytest.raises(KeyError, match="foot_no_hnf_dilution"):
        trajectories["temperature"]


def test_dataframe_and_dataset_hold_the_tables_under_stilt_names(run):
    frame = run.trajectories.to_dataframe()
    assert list(frame.columns[:6]) == ["time", "indx", "long", "lati", "zagl", "foot"]
    assert frame["indx"].min() == 1 and frame["indx"].max() == 200
    last = frame[(frame.indx == 3) & (frame.time == -5.0)]
    assert last["zagl"].item() == run.trajectories["zagl"][2, 4]
    dataset = run.trajectories.to_xarray()
    assert dataset.sizes == {"particle": 200, "time": 360}
    assert dataset["foot"].attrs["units"] == "ppm (umol-1 m2 s)"
    assert float(dataset["long"].sel(particle=3, time=-5.0)) == run.trajectories["long"][2, 4]


def test_transport_keys_and_numpy_numbers_are_arguments(met, tower, run):
    raw = airshed.simulate(met, tower, hours=np.int64(-6), particles=200, seed=7, hnf_plume=False)
    assert np.array_equal(raw.trajectories["foot"], run.trajectories["foot_no_hnf_dilution"])
    deep = airshed.simulate(met, tower, hours=-6, particles=200, seed=7, veght=np.float32(1.0))
    assert np.nansum(deep.trajectories["samt"]) > np.nansum(run.trajectories["samt"])


def test_physics_mode_is_a_keyword_and_moves_other_particles(met, tower, run):
    physics = airshed.simulate(met, tower, hours=-6, particles=200, seed=7, mode="physics")
    foot = np.nansum(physics.trajectories["foot_no_hnf_dilution"]) / np.nansum(run.trajectories["foot_no_hnf_dilution"])
    assert 0.5 < foot < 2.0
    assert foot != 1.0


def test_transport_errors_give_a_second_ensemble_and_leave_the_first(met, tower, run):
    assert run.error_trajectories is None
    errors = dict(siguverr=2.0, tluverr=60, zcoruverr=700, horcoruverr=97)
    both = airshed.simulate(met, tower, hours=-6, particles=200, seed=7, progress=False, **errors)
    assert same(positions(run), positions(both))
    spread = [np.nanvar(ensemble["lati"][:, -1]) for ensemble in (both.trajectories, both.error_trajectories)]
    assert spread[1] > spread[0]
    off = airshed.simulate(met, tower, hours=-6, particles=2, progress=False, siguverr=None, sigzierr=float("nan"))
    assert off.error_trajectories is None
    with pytest.raises(airshed.ConfigError, match="zcoruverr"):
        airshed.simulate(met, tower, siguverr=2.0, tluverr=60)


def test_mixing_heights_are_scaled_by_a_number_or_hour_by_hour(met, tower):
    options = dict(hours=-2, particles=5, progress=False, kmixd=500)
    for factors in (2.0, [2.0] * 8, np.full(8, 2.0)):
        scaled = airshed.simulate(met, tower, zicontroltf=1, ziscale=factors, **options)
        assert np.allclose(scaled.trajectories["mlht"], 1000.0)
    with pytest.raises(airshed.ConfigError, match="ziscale"):
        airshed.simulate(met, tower, ziscale=[], **options)


def test_a_tracer_decays_by_the_particle_and_by_the_hour(run, foot):
    radon_h = 24 * 3.8235
    decayed = run.trajectories.decayed(radon_h)
    left = 0.5 ** ((np.arange(360) + 0.5) / 60 / radon_h)
    assert np.allclose(decayed["foot"], run.trajectories["foot"] * left, rtol=1e-6)
    flux = airshed.Flux.uniform(1.0)
    whole, rest = foot.convolve(flux), foot.convolve(flux, half_life_h=radon_h)
    assert 0.5 ** (6 / radon_h) < rest.total_ppm / whole.total_ppm < 1
    with pytest.raises(airshed.ConfigError, match="half_life_h"):
        foot.convolve(flux, half_life_h=0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hours": 0}, "hours"),
        ({"particles": 0}, "particles"),
        ({"hours": "day"}, "invalid type"),
        ({"mode": "physics", "hscale": 7200.0}, "a switch of parity mode"),
        ({"vegth": 0.5}, "did you mean `veght`"),
        ({"tlfrac": -1.0}, "tlfrac"),
        ({"kmixd": "three"}, "kmixd"),
        ({"veght": object()}, "veght"),
        ({"threads": 0}, "threads"),
    ],
)
def test_an_impossible_option_is_a_config_error_that_names_it(met, tower, options, said):
    with pytest.raises(airshed.ConfigError, match=said) as caught:
        airshed.simulate(met, tower, **options)
    assert isinstance(caught.value, ValueError)


def test_an_option_without_effect_is_a_warning(met, tower):
    with pytest.warns(UserWarning, match="always 1 min"):
        airshed.simulate(met, tower, hours=-1, particles=1, delt=5.0)


def test_a_receptor_outside_the_meteorology_fails_and_the_others_go_on(met, tower):
    late = airshed.Receptor(time="2031-01-01T00:00", lon_deg=4.927, lat_deg=51.971, height_agl_m=207.0)
    far = airshed.Receptor(time=tower.time, lon_deg=120.0, lat_deg=51.971, height_agl_m=207.0)
    for receptor in (late, far):
        with pytest.raises(airshed.MetCoverageError):
            airshed.simulate(met, receptor)
    results = airshed.simulate(met, [late, tower, far], hours=-1, particles=5, errors="return")
    assert [type(result).__name__ for result in results] == ["MetCoverageError", "Run", "MetCoverageError"]
    with pytest.raises(airshed.MetCoverageError, match="2031"):
        airshed.simulate(met, [tower, late], hours=-1, particles=5)


def test_missing_and_foreign_files_are_os_errors(tmp_path):
    foreign = tmp_path / "notes.arl"
    foreign.write_text("not meteorology " * 100)
    with pytest.raises(OSError) as caught:
        airshed.MetStore(foreign)
    assert str(caught.value.filename) == str(foreign)
    with pytest.raises((airshed.ConfigError, FileNotFoundError), match="nothing"):
        airshed.MetStore(str(tmp_path / "nothing*.arl"))
    with pytest.raises(FileNotFoundError) as caught:
        airshed.Config.from_toml(tmp_path / "absent.toml")
    assert str(caught.value.filename) == str(tmp_path / "absent.toml")


def test_a_configuration_file_gives_what_is_not_given(tmp_path, met, tower, run):
    file = tmp_path / "case.toml"
    file.write_text(
        """
        met.files = ["met/*.arl"]
        run = { hours = -6, particles = 200, seed = 3 }
        transport.veght = 0.7
        grid.near = { west = 0, east = 9, south = 48, north = 55, dx = 0.1, dy = 0.1 }
        [[receptor]]
        id = "CBW207"
        time = 2019-09-22T18:00:00
        lon_deg = 4.927
        lat_deg = 51.971
        height_agl_m = 207
        """
    )
    config = airshed.Config.from_toml(file)
    assert config.receptors == [tower]
    assert (config.hours, config.particles, config.seed) == (-6, 200, 3)
    assert config.grids["near"].dx == 0.1
    assert config.met_files == [str(tmp_path / "met" / "*.arl")]
    from_file = airshed.simulate(met, config.receptors[0], config=config, seed=7, veght=0.5)
    assert from_file.trajectories["foot"].tobytes() == run.trajectories["foot"].tobytes()


def test_other_threads_go_on_while_particles_are_followed(met, tower):
    ticks = []
    finished = threading.Event()

    def tick():
        while not finished.wait(0.002):
            ticks.append(time.perf_counter())

    watcher = threading.Thread(target=tick)
    watcher.start()
    start = time.perf_counter()
    airshed.simulate(met, tower, hours=-24, particles=1000, threads=1)
    end = time.perf_counter()
    finished.set()
    watcher.join()
    during = [t for t in ticks if start < t < end]
    gaps = np.diff([start, *during, end])
    assert max(gaps) < 0.5 * (end - start), "the interpreter was held for half of the run"


def test_progress_is_shown_when_asked_for(met, tower, capfd):
    airshed.simulate(met, [tower, tower], hours=-1, particles=5, progress=True)
    assert "100" in capfd.readouterr().err
    airshed.simulate(met, tower, hours=-1, particles=5)
    assert capfd.readouterr().err == ""


LONG_RUN = """
import airshed
met = airshed.MetStore.synthetic(spacing_deg=1.0)
tower = airshed.Receptor(time="2019-09-23T18:00", lon_deg=4.927, lat_deg=51.971, height_agl_m=207.0)
print("started", flush=True)
try:
    airshed.simulate(met, tower, hours=-72, particles=2000, threads=1)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_stops_a_long_run_within_seconds():
    with subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", LONG_RUN], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "started\n"
        time.sleep(1.0)
        sent = time.perf_counter()
        process.send_signal(signal.SIGINT)
        try:
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
        assert out == "interrupted\n", f"ended with {process.returncode}"
        assert time.perf_counter() - sent < 10.0

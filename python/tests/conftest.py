import os
import signal

os.environ.setdefault("MPLBACKEND", "Agg")

import pytest

import airshed

# a shell that starts the tests in the background has Ctrl-C ignored, here and in the processes that tests start
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def met():
    return airshed.MetStore.synthetic(hours=72, spacing_deg=1.0)


@pytest.fixture(scope="session")
def tower():
    return airshed.Receptor(id="CBW207", time="2019-09-22T18:00", lon_deg=4.927, lat_deg=51.971, height_agl_m=207.0)


@pytest.fixture(scope="session")
def run(met, tower):
    return airshed.simulate(met, tower, hours=-6, particles=200, seed=7, progress=False)


@pytest.fixture(scope="session")
def foot(run):
    return run.footprint(airshed.Grid(west=-5, east=10, south=48, north=56, dx=0.25, dy=0.2))

"""What notebooks show of each noun: its facts, and never markup that came with a name."""

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import airshed


class Tags(HTMLParser):
    """Whether each tag is closed, and the text between them."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def shown(thing):
    markup = thing._repr_html_()
    reader = Tags()
    reader.feed(markup)
    assert markup.startswith("<table>") and reader.open == [], markup
    return " | ".join(reader.text)


def series_of(count):
    return pd.Series(400.0 + np.arange(count), pd.date_range("2019-09-20", periods=count, freq="3h"))


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    file = tmp_path_factory.mktemp("html") / "case.toml"
    file.write_text(
        "met.files = ['met/*.arl']\n"
        "[[receptor]]\nid = 'CBW207'\ntime = '2019-09-22T18:00'\nlon_deg = 4.9\nlat_deg = 52.0\nheight_agl_m = 207.0\n"
        "[grid.europe]\nwest = 0\neast = 10\nsouth = 48\nnorth = 54\ndx = 0.1\ndy = 0.1\n"
    )
    return airshed.Config.from_toml(file)


def test_every_noun_shows_its_facts(met, tower, run, foot, config, tmp_path):
    store = airshed.Store.write(tmp_path / "store.nc", [foot])
    inventory = airshed.Inventory.synthetic("CH4")
    attribution = airshed.Attribution(inventory, region=foot.grid)
    measured = airshed.Observations.from_series(series_of(3), unit="ppm", interval_h=1.0, species="co2", station="CBW")
    nouns = [
        (measured, ("Observations co2 CBW", "3 of 3")),
        (airshed.compare(series_of(3), measured, lon_deg=4.9), ("against", "pairs | 3 of 3", "bias")),
        (inventory, ("Inventory", "CH4", "agriculture")),
        (attribution, ("Attribution", "-5 to 10 E, 48 to 56 N")),
        (airshed.Background.constant(400.0), ("Background", "constant", "ppm")),
        (airshed.Background.constant(400.0).sample(run, foot.grid), ("Background", "400.0000", "100.0 % of 200")),
        (run.attribute(attribution), ("Contributions CBW207", "CH4", "ppm")),
        (met, ("Meteorology", "2019-09-20 00:00 to 2019-09-23 00:00")),
        (tower, ("Receptor CBW207", "207 m above ground", "2019-09-22 18:00 UTC")),
        (foot.grid, ("Grid default", "-5 to 10 by 0.25", "longlat")),
        (run, ("Run CBW207", "particles alive")),
        (run.trajectories, ("Trajectories CBW207", "360, to -6 h", "particles | 200")),
        (foot, ("Footprint CBW207", "60 x 40 cells", f"{foot.total:.4g}")),
        (foot.convolve(airshed.Flux.uniform(1.0)), ("Enhancement CBW207", "ppm")),
        (airshed.Flux.uniform(1.0), ("Flux", "uniform")),
        (store, ("Store", "footprints | 1")),
        (store.jacobian(), ("Jacobian", "of 1 receptors")),
        (config, ("Configuration", "met/*.arl", "CBW207", "europe")),
    ]
    for noun, facts in nouns:
        text = shown(noun)
        for fact in facts:
            assert fact in text, f"{fact} in {text}"


def test_no_noun_of_the_package_is_without():
    names = [name for name in airshed.__all__ if isinstance(getattr(airshed, name), type)]
    nouns = [name for name in names if not issubclass(getattr(airshed, name), Exception)]
    assert {"MetStore", "Footprint", "Run"} <= set(nouns)
    assert [name for name in nouns if not hasattr(getattr(airshed, name), "_repr_html_")] == []


def test_a_name_cannot_bring_markup_of_its_own(met, foot):
    bad = airshed.Receptor(
        id="<script>alert('x')&", time="2019-09-22T18:00", lon_deg=4.9, lat_deg=52.0, height_agl_m=10.0
    )
    run = airshed.simulate(met, bad, hours=-1, particles=2, progress=False)
    grid = airshed.Grid(west=0, east=10, south=48, north=56, dx=1, dy=1)
    for noun in (bad, run, run.trajectories, run.footprint(grid)):
        markup = noun._repr_html_()
        assert "<script" not in markup and "&lt;script&gt;alert(&#x27;x&#x27;)&amp;" in markup

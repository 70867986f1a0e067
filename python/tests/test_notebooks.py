"""The notebooks run in a kernel of their own, quickly and without a warning; progress and interrupt work there."""

import re
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

PAGES = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_runs_and_shows_pictures(page, tmp_path, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)
    notebook = nbformat.read(page, as_version=4)
    # a limit for machines that are slow and busy; two minutes for a page is what is aimed at
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    warnings = [output.text for output in outputs if output.get("name") == "stderr" and "Warning" in output.text]
    assert warnings == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_is_stored_without_outputs(page):
    notebook = nbformat.read(page, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)


LONG_RUN = """
met = airshed.MetStore.synthetic(hours=72, spacing_deg=1.0)
tower = airshed.Receptor(time="2019-09-22T18:00", lon_deg=4.9, lat_deg=52.0, height_agl_m=207.0)
grid = airshed.Grid(west=0, east=10, south=48, north=56, dx=1, dy=1)
print("started", flush=True)
airshed.simulate(met, tower, hours=-48, particles=50_000, grids=grid, keep=False)
"""


@pytest.fixture(scope="module")
def kernel():
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run_cell(kernel, code, when_started=None):
    """Reply and outputs of a cell."""
    manager, client = kernel
    outputs = []

    def take(message):
        outputs.append(message)
        if when_started is not None and message["content"].get("text", "").startswith("started"):
            time.sleep(1.0)
            when_started(manager)

    return client.execute_interactive(code, timeout=600, output_hook=take)["content"], outputs


def test_interrupt_stops_a_run_and_the_kernel_lives(kernel):
    reply, _ = run_cell(kernel, "import airshed" + LONG_RUN, when_started=lambda manager: manager.interrupt_kernel())
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert "_core.follow" in re.sub(r"\x1b\[[0-9;]*m", "", "".join(reply["traceback"])), "while particles flew"
    reply, outputs = run_cell(kernel, "print(len(airshed.simulate(met, tower, hours=-1, particles=7).trajectories))")
    assert reply["status"] == "ok"
    assert any(message["content"].get("text") == "7\n" for message in outputs)


@pytest.mark.parametrize("tqdm", [True, False])
def test_a_notebook_shows_a_bar_with_and_without_tqdm(kernel, tqdm):
    block = "" if tqdm else "import sys; sys.modules['tqdm.auto'] = None"
    code = f"""
import airshed
{block}
met = airshed.MetStore.synthetic(hours=24, spacing_deg=2.0)
tower = airshed.Receptor(id="T", time="2019-09-20T18:00", lon_deg=4.9, lat_deg=52.0, height_agl_m=207.0)
airshed.simulate(met, tower, hours=-2, particles=5);
"""
    reply, outputs = run_cell(kernel, code)
    assert reply["status"] == "ok", reply
    text = "".join(message["content"].get("text", "") for message in outputs)
    shown = [message for message in outputs if message["msg_type"] in ("display_data", "stream")]
    assert shown, "a bar"
    assert "Warning" not in text
    if not tqdm:
        assert "100 %" in text

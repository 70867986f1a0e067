"""The pages in examples/ run from top to bottom."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

PAGES = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_runs(page):
    names = {}
    for cell in json.loads(page.read_text())["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{page.name}, {cell['id']}", "exec"), names)
    plt.close("all")
    assert "store" in names

"""Progress of long calls: tqdm's bar if it is installed, else a line on stderr."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class _Silent:
    def label(self, text: str) -> None: ...
    def advance_to(self, done_min: int) -> None: ...
    def end_stretch(self, length_min: int) -> None: ...


class _Bar:
    """A row of stretches, one per receptor, each counted in minutes of transport."""

    def __init__(self, total_min: int) -> None:
        self.total_min = max(total_min, 1)
        self.before_min = 0
        self.shown_percent = -1
        self.text = ""
        self.bar = _tqdm(self.total_min)

    def label(self, text: str) -> None:
        self.text = text
        if self.bar is not None:
            self.bar.set_description_str(text)

    def advance_to(self, done_min: int) -> None:
        self._show(self.before_min + done_min)

    def end_stretch(self, length_min: int) -> None:
        self.before_min += length_min
        self._show(self.before_min)

    def _show(self, done_min: int) -> None:
        if self.bar is not None:
            self.bar.update(done_min - self.bar.n)
            return
        percent = 100 * done_min // self.total_min
        if percent != self.shown_percent:
            self.shown_percent = percent
            print(f"\r{self.text} {percent:3d} %", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
        else:
            print(file=sys.stderr)


def _tqdm(total_min: int):
    try:
        with warnings.catch_warnings():
            # without ipywidgets a notebook has the terminal's bar; its warning would stand above every run
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total_min, bar_format="{desc} {percentage:3.0f} %|{bar}| {elapsed}<{remaining}")


def _someone_watches() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    # ipykernel may be loaded by what starts notebooks, too
    in_notebook = hasattr(shell, "kernel")
    return in_notebook or (sys.stderr is not None and sys.stderr.isatty())


@contextmanager
def progress_bar(progress: bool | None, total_min: int) -> Iterator[_Silent | _Bar]:
    """Yields a bar; ``None`` shows one on a terminal or in a notebook only."""
    if not (_someone_watches() if progress is None else progress):
        yield _Silent()
        return
    bar = _Bar(total_min)
    try:
        yield bar
    finally:
        bar.close()

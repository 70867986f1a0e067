"""Footprints as a film."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.animation import FuncAnimation

from .footprint import footprint as draw
from .style import UNIT, clock, rounded_up

if TYPE_CHECKING:
    from .._core import Footprint


class Movie(FuncAnimation):
    """A film that plays in a notebook, and saves GIFs without any program from outside."""

    def save(self, filename: str | PathLike[str], writer: Any = None, *args: Any, **options: Any) -> None:
        """Writes the film; a ``.gif`` by pillow, other kinds as :meth:`matplotlib.animation.Animation.save`."""
        if writer is None and Path(filename).suffix.lower() == ".gif":
            writer = "pillow"
        super().save(Path(filename), writer, *args, **options)

    def _repr_html_(self) -> str:
        """Plays in a notebook, which then does not show the first picture a second time."""
        import matplotlib.pyplot as plt

        film = self.to_jshtml()
        plt.close(self._fig)  # type: ignore[attr-defined]
        return film


def movie(
    footprint: Footprint,
    *,
    accumulate: bool = False,
    interval_ms: int = 200,
    title: str | None = None,
    **options,
) -> Movie:
    """A film of the layers of a footprint, on one scale of colours, as time goes.

    Parameters
    ----------
    footprint : Footprint
        With more than one layer; first and last layers without influence are left out.
    accumulate : bool
        Each picture holds the sum of the layers up to its time.
    interval_ms : int
        Time between pictures, ms.
    title : str
        Words before the time; the id of the receptor by default.
    **options
        As in :func:`airshed.plot.footprint`: ``ax``, ``decades``, ``vmax``, ``extent``, ``cmap``.

    Returns
    -------
    Movie
        A matplotlib FuncAnimation: the last expression of a notebook's cell plays it, ``.save("film.gif")`` writes it.
    """
    layers = np.flatnonzero(footprint.foot.sum(axis=(1, 2)))
    shown = np.arange(layers[0], layers[-1] + 1) if len(layers) else np.arange(1)
    pictures = footprint.foot[shown]
    if accumulate:
        pictures = pictures.cumsum(axis=0)
    options["vmax"] = options.get("vmax") or rounded_up(float(pictures.max(initial=0.0)))
    words = footprint.receptor.id if title is None else title
    ax = draw(footprint, layer=int(shown[0]), title="", **options)
    mesh = ax.collections[0]
    floor = float(mesh.norm.vmin)  # type: ignore[arg-type]

    def show(number: int):
        mesh.set_array(np.ma.masked_less(pictures[number], floor))
        time = clock(footprint.time[shown[number]])
        ax.set_title(f"{words}\n{time}, {pictures[number].sum():.3g} {UNIT}", fontsize="medium", loc="left")
        return (mesh,)

    show(0)
    figure: Any = ax.get_figure(root=True)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return Movie(figure, show, frames=len(shown), interval=interval_ms)

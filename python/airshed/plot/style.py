"""Colours, units and words that all pictures share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNIT = "ppm / (µmol m$^{-2}$ s$^{-1}$)"

# Okabe and Ito (2008): told apart with every common colour blindness; black is kept for totals and observations
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999")
RECEPTOR_COLOUR = "#00a6d6"
OBSERVED_COLOUR = "black"


def colour(number: int) -> tuple[float, float, float]:
    """The colour of the n-th kind; after a round, the same ones darker."""
    from matplotlib.colors import to_rgb

    turn, place = divmod(number, len(COLOURS))
    red, green, blue = (part * 0.65**turn for part in to_rgb(COLOURS[place]))
    return red, green, blue


def new_axes(width: float = 7.5, height: float = 4.0, **options) -> Axes:
    """Axes of a new figure of a size in inches."""
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained", **options)[1]


def clock(time: np.datetime64) -> str:
    """A time as titles write it."""
    return f"{np.datetime_as_string(time, unit='m').replace('T', ' ')} UTC"


def rounded_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten; 1 for nothing."""
    if not value > 0.0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * next(step for step in (1, 2, 5, 10, 20) if step * power >= value))


def title(ax: Axes, text: str) -> None:
    """A title where all pictures have it."""
    ax.set_title(text, fontsize="medium", loc="left")

"""Draws every footprint file of a case, and says where the pictures are: ``python draw.py DIR``."""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import airshed

for file in sorted((Path(sys.argv[1]) / "out").glob("*_foot_*.nc")):
    picture = file.with_suffix(".png")
    airshed.Footprint.open(file).plot().figure.savefig(picture, dpi=120)
    print(f"picture: {picture}")

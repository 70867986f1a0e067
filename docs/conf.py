"""Sphinx: the user guide and the reference of the Python package. ``sphinx-build -W docs OUT`` builds it."""

import airshed

project = "airshed"
author = "the airshed developers"
release = version = airshed.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
exclude_patterns = ["_build"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"airshed {version}"
html_copy_source = False

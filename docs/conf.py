import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import faltung

project = "faltung"
author = copyright = "The faltung authors"
version = release = faltung.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx.ext.mathjax",
    "numpydoc",
    "executed",
]
exclude_patterns = ["_build", "_generated/work", "_generated/pictures"]

# Formulas are set by one file of MathJax, which the pages carry: they are read without a network. SVG, because browsers refuse fonts
# to pages that are opened from a disk. The menu, which would load more files, is off.
MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static/mathjax/tex-svg.js"
mathjax_path = MATHJAX.name
mathjax3_config = {"options": {"enableMenu": False}, "svg": {"fontCache": "global"}}
html_static_path = ["_static", str(MATHJAX)]
html_css_files = ["faltung.css"]

html_theme = "pydata_sphinx_theme"
html_title = "faltung"
html_show_sourcelink = False
# Pages without pages below them need no second table of contents.
ALONE = (
    "atlas", "benchmarks", "check_layer", "commands", "diagnose", "drop_in", "identify", "index", "kernels", "probe", "quickstart",
    "streaming",
)  # fmt: skip
html_sidebars = {page: [] for page in ALONE}
html_theme_options = {
    "header_links_before_dropdown": 4,
    "show_toc_level": 2,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

doctest_global_setup = "import numpy as np\nimport faltung as ft"
doctest_test_doctest_blocks = "default"

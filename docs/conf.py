"""Sphinx's configuration: `make docs` builds the site of these pages, with every warning an error."""

import sys
from pathlib import Path

import leverset

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "leverset"
author = "The leverset authors"
project_copyright = author
version = release = leverset.__version__
html_title = f"leverset {version}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "leverset_site"]
exclude_patterns = ["_*", "examples"]

# The anchors of a code host, so that a link into a page holds on both.
myst_heading_anchors = 4
highlight_language = "none"
smartquotes_action = "D"  # dashes alone: what is quoted is often typed

# Docstrings have Markdown's code, in single backticks.
default_role = "literal"
napoleon_use_ivar = True
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

# Types in signatures are named as the code has them, which is not always a name that has a place on these pages.
nitpick_ignore_regex = [("py:.*", ".*")]

html_theme = "furo"
html_copy_source = False
html_show_sphinx = False

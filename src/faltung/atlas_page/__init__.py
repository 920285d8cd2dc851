"""The atlas: what every library's function means, as tables computed from the dialects and from the run that proved them."""

from faltung.atlas_page.figures import figures
from faltung.atlas_page.page import markdown_page, restructured_introduction, restructured_sections
from faltung.atlas_page.render import markdown, restructured
from faltung.atlas_page.rows import rows
from faltung.atlas_page.table import Table
from faltung.atlas_page.views import VIEWS, view

__all__ = [
    "VIEWS", "Table", "figures", "markdown", "markdown_page", "restructured", "restructured_introduction", "restructured_sections",
    "rows", "view",
]  # fmt: skip

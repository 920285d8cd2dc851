"""The atlas: what every library's function means, as tables computed from the dialects."""

from faltung.atlas_page.render import markdown, restructured
from faltung.atlas_page.rows import rows
from faltung.atlas_page.views import VIEWS, Table, view

__all__ = ["VIEWS", "Table", "markdown", "restructured", "rows", "view"]

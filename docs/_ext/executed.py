"""Directives that run what a page shows, so that no number or picture in the documentation is typed.

``.. exec::`` runs Python: the blocks of one page share their names, as in a notebook. Shown are the source, what it printed, the
value of a last expression, and every picture: open matplotlib figures, and Pillow images that are the last expression or that the
block passed to ``show(image)``. Figures are drawn in both themes. Options: ``:alt:`` the text of the pictures (required when there
are any), ``:hide-code:``, ``:hide-output:``, ``:width:`` of the pictures, ``:raises: Name`` for a block that must end in that error,
of which the last line is shown, ``:wrap:`` when what it prints is sentences, whose lines may be broken, ``:rst:`` when it is
reStructuredText: it then becomes part of the page (tables, sections, formulas, further blocks).

``.. shell::`` runs each line as a command and shows it after a ``$`` with its output. Options: ``:exit-code:`` expected of the
last command, ``:hide-output:``.

Both run in one empty folder per page. An error, a warning, or an unexpected exit code ends the build.
"""

import ast
import contextlib
import io
import os
import shutil
import subprocess
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any, ClassVar

import matplotlib as mpl
import matplotlib.pyplot as plt
from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from PIL import Image
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

LIGHT, DARK = "#222832", "#ced6dd"  # the text colours of the theme, so that a figure looks like its page
FOREGROUND = (
    "text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color", "legend.labelcolor",
    "patch.edgecolor",
)  # fmt: skip
STYLE = {
    **dict.fromkeys(FOREGROUND, LIGHT),
    "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none", "legend.framealpha": 0,
    "grid.color": "#8887", "figure.constrained_layout.use": True, "svg.hashsalt": "faltung", "font.size": 10,
}  # fmt: skip
COMMAND_LIMIT = 120  # seconds; a command of a page that takes longer hangs


class Page:
    """What the blocks of one page share: names, a folder to work in, and a count of the pictures."""

    def __init__(self, app: Sphinx, name: str) -> None:
        generated = Path(app.srcdir) / "_generated"
        self.name = name.replace("/", "-")
        self.folder = generated / "work" / self.name
        self.pictures = generated / "pictures"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.count = 0
        self.images: list[Image.Image] = []
        self.names: dict[str, Any] = {"__name__": "__main__", "show": self.images.append}

    def new_picture(self) -> str:
        self.count += 1
        return f"{self.name}-{self.count}"


def fresh_page(app: Sphinx, docname: str, _source: list[str]) -> None:
    app.env.temp_data["executed_page"] = Page(app, docname)


class Executed(SphinxDirective):
    has_content = True

    @property
    def page(self) -> Page:
        return self.env.temp_data["executed_page"]

    @property
    def place(self) -> str:
        return "{}:{}".format(*self.get_source_info())

    def literal(self, text: str, language: str, *classes: str) -> nodes.Node:
        node = nodes.literal_block(text, text, language=language, classes=list(classes))
        self.set_source_info(node)
        return node


class Exec(Executed):
    option_spec: ClassVar = {
        "alt": directives.unchanged_required,
        "width": directives.length_or_percentage_or_unitless,
        "hide-code": directives.flag,
        "hide-output": directives.flag,
        "raises": directives.unchanged_required,
        "rst": directives.flag,
        "wrap": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        code = "\n".join(self.content)
        output, error = self.execute(code)
        if error != self.options.get("raises"):
            raise ExtensionError(f"{self.place}: expected {self.options.get('raises') or 'no error'}, got\n{output}")
        found = [] if "hide-code" in self.options else [self.literal(code, "python", "executed-source")]
        pictures = self.pictures()
        if "rst" in self.options:
            found += self.parse_text_to_nodes(output, allow_section_headings=True)
        elif output.strip() and "hide-output" not in self.options:
            kind = "executed-error" if error else "executed-output"
            wrapped = ["executed-wrapped"] * ("wrap" in self.options)
            found.append(self.literal(output.rstrip("\n"), "text", kind, *wrapped))
        return found + pictures

    def execute(self, code: str) -> tuple[str, str | None]:
        """Return what the code printed and the name of the error it ended in, if any."""
        printed = io.StringIO()
        plt.close("all")
        self.page.images.clear()
        with contextlib.redirect_stdout(printed), contextlib.chdir(self.page.folder), mpl.rc_context(STYLE), warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                show_value(evaluate(code, self.place, self.page.names), self.page)
            except Exception as error:  # whatever the page's code raises is reported with its place, or shown
                if type(error).__name__ == self.options.get("raises"):
                    printed.write("".join(traceback.format_exception_only(error)))
                else:
                    printed.write(traceback.format_exc())
                return printed.getvalue(), type(error).__name__
        return printed.getvalue(), None

    def pictures(self) -> list[nodes.Node]:
        figures = [plt.figure(number) for number in plt.get_fignums()]
        if not figures and not self.page.images:
            return []
        if "alt" not in self.options:
            raise ExtensionError(f"{self.place}: a block with pictures needs :alt:, the text for readers who do not see them")
        files = [pair for figure in figures for pair in save_figure(figure, self.page)]
        files += [save_image(image, self.page) for image in self.page.images]
        plt.close("all")
        return [self.picture(name, classes) for name, classes in files]

    def picture(self, name: str, classes: list[str]) -> nodes.Node:
        node = nodes.image(uri=f"/_generated/pictures/{name}", alt=self.options["alt"], classes=["executed-picture", *classes])
        if "width" in self.options:
            node["width"] = self.options["width"]
        self.set_source_info(node)
        return node


class Shell(Executed):
    option_spec: ClassVar = {"exit-code": directives.nonnegative_int, "hide-output": directives.flag}

    def run(self) -> list[nodes.Node]:
        commands = [line for line in self.content if line.strip()]
        expected = [0] * (len(commands) - 1) + [self.options.get("exit-code", 0)]
        shown = []
        for command, code in zip(commands, expected, strict=True):
            done = self.call(command)
            if done.returncode != code:
                raise ExtensionError(f"{self.place}: `{command}` ended with {done.returncode}, expected {code}:\n{done.stdout}")
            shown += [f"$ {command}", *([] if "hide-output" in self.options else done.stdout.rstrip("\n").splitlines())]
        return [self.literal("\n".join(shown), "console", "executed-shell")]

    def call(self, command: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "100"}
        return subprocess.run(
            command, shell=True, cwd=self.page.folder, env=environment, text=True, timeout=COMMAND_LIMIT,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip


def evaluate(code: str, place: str, names: dict[str, Any]) -> object:
    """Run the code; return the value of its last statement if that is an expression without a closing semicolon."""
    tree = ast.parse(code, filename=place)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";") else None
    exec(compile(tree, place, "exec"), names)
    return eval(compile(ast.Expression(last.value), place, "eval"), names) if last else None


def show_value(value: object, page: Page) -> None:
    if isinstance(value, Image.Image):
        page.images.append(value)
    elif value is not None and not isinstance(value, Figure):
        print(repr(value))


def save_image(image: Image.Image, page: Page) -> tuple[str, list[str]]:
    """Write the image; a small one enlarged by whole steps, so that a page shows its pixels and not a blur."""
    step = max(1, 256 // max(image.size))
    name = f"{page.new_picture()}.png"
    image.resize((image.width * step, image.height * step), Image.Resampling.NEAREST).save(page.pictures / name)
    return name, ["dark-light"]  # the theme dims other pictures when it is dark; these are results


def save_figure(figure: Figure, page: Page) -> list[tuple[str, list[str]]]:
    """Write the figure twice, for the light and the dark theme; return the file names and the classes that show one of them."""
    name = page.new_picture()
    with mpl.rc_context(STYLE):
        figure.savefig(page.pictures / f"{name}-light.svg", metadata={"Date": None})
        recolour(figure, LIGHT, DARK)
        figure.savefig(page.pictures / f"{name}-dark.svg", metadata={"Date": None})
    return [(f"{name}-light.svg", ["only-light"]), (f"{name}-dark.svg", ["only-dark"])]


def recolour(figure: Figure, old: str, new: str) -> None:
    """Give every text, line and edge that has the colour `old` the colour `new`."""
    artists = figure.findobj()
    arrows = [arrow for artist in artists if (arrow := getattr(artist, "arrow_patch", None))]  # of annotations; findobj leaves them out
    for artist in artists + arrows:
        for part in ("color", "edgecolor", "markeredgecolor", "facecolor"):
            get, put = getattr(artist, f"get_{part}", None), getattr(artist, f"set_{part}", None)
            if get and put and is_colour(get(), old):
                put(new)


def is_colour(value: Any, colour: str) -> bool:
    try:
        return bool(same_color(value, colour))
    except (ValueError, TypeError):  # not one colour: "none", "auto", or an array of several
        return False


def setup(app: Sphinx) -> dict[str, Any]:
    mpl.use("Agg")
    app.connect("source-read", fresh_page)
    app.add_directive("exec", Exec)
    app.add_directive("shell", Shell)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

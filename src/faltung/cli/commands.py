"""The commands. Each reads its arguments and hands them to a room; what a command needs is imported when it runs."""

from typing import Any

import click

import faltung
from faltung.cli.options import convention_options, json_option, pixels_option

APPLY = {"operation": "correlate", "mode": "same:high", "boundary": "half_sample", "overflow": "saturate"}
TRACE = {"operation": "correlate", "mode": "valid", "boundary": "zero"}
# \b: click leaves the lines as they are
APPLY_EXAMPLES = """\b
Examples:
  faltung apply photo.png -k gaussian:sigma=2 -o soft.png
  faltung apply photo.png -k sobel-x --dtype int16 -o slope.npy
  faltung apply photo.png -k "0 -1 0; -1 5 -1; 0 -1 0" -o sharp.png
"""
TRACE_EXAMPLES = """\b
Examples:
  faltung trace "0 0 0; 1 1 2; 1 3 0" "4 1 1; 0 3 3; 2 1 2"
  faltung trace "3 5 8" "1 -1" --mode same:high --boundary edge --all
"""
PROBE_EXAMPLES = """\b
Examples:
  faltung probe scipy.ndimage:convolve
  faltung probe numpy:correlate --ndim 1
  faltung probe mine:blur --path --pytest > test_blur.py
"""

DIAGNOSE_EXAMPLES = """\b
Examples:
  faltung diagnose x.npy k.npy y.npy --expected 'scipy.signal.convolve2d(x, k, "same")'
  faltung diagnose data.mat:x data.mat:k result.tif --plot residuals.png
  faltung diagnose --x '[[0,0,0],[1,1,2],[1,3,0]]' --k '[[4,1,1],[0,3,3],[2,1,2]]' --y 10 --expected 14
"""

IDENTIFY_EXAMPLES = """\b
Examples:
  faltung identify before.png after.png
  faltung identify x.npy y.npy --shape 5x5 --symmetric even -o kernel.npy
"""
CHECK_LAYER_EXAMPLES = """\b
Examples:
  faltung check-layer mylayer:forward mylayer:backward --path
  faltung check-layer mylayer:forward mylayer:backward --path --layout NHWC,HWIO->NHWC --json
"""

TRANSLATE_EXAMPLES = """\b
Examples:
  faltung translate 'cv2.filter2D(img, -1, K)' --to scipy.ndimage.correlate
  faltung translate 'np.convolve(x, k, "same")' --to scipy.ndimage.convolve1d --x-shape 100 --k-shape 4
"""
BENCH_EXAMPLES = """\b
Examples:
  faltung bench 'float32[2048,2048] * float32[7,7] correlate same:high boundary=half_sample'
  faltung bench 'float32[1000000] * float32[257] convolve' --peer scipy --peer numpy --methods
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(faltung.__version__, prog_name="faltung")
def group() -> None:
    """Convolution and cross-correlation whose convention is said, shown and computed.

    Data goes to standard output, everything else to standard error. Exit status: 0 done; 1 the answer is a difference;
    2 input or usage refused, nothing written; 3 an extra is missing; 4 no answer exists; 130 interrupted.
    """


@group.command(epilog=APPLY_EXAMPLES)
@click.argument("image")
@click.option(
    "--kernel", "-k", required=True, metavar="KERNEL", help='A name ("gaussian:sigma=2"), numbers ("1 0 -1; 2 0 -2; 1 0 -1"), or a file.'
)
@click.option("--output", "-o", metavar="OUT", help="A .png, .jpg, .tif, .npy or .npz file, or - for standard output.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@convention_options(**APPLY)
@click.option("--method", default="auto", metavar="WORD", help="auto, direct, separable, fourier or shift: how to compute, never what.")
@click.option("--format", "kind", type=click.Choice(["png", "jpeg", "tiff", "npy", "npz"]), help="Of -o -.  [default: the input's]")
@pixels_option
@json_option
def apply(image: str, kernel: str, output: str | None, force: bool, kind: str | None, max_pixels: int, as_json: bool, method: str,
          **convention: str | None) -> None:  # fmt: skip
    """Filter IMAGE with a kernel: a PNG, JPEG, TIFF, .npy, .npz, .mat, .h5, .csv or .txt file, or - for standard input.

    The kernel goes over each colour channel; alpha is copied. The result keeps the image's dtype, saturated, unless --dtype and
    --overflow say otherwise. The line on standard error says exactly which operation was done. A picture is turned as its EXIF
    orientation says. Samples are used as stored, without gamma or colour profile.
    """
    from faltung.cli.applying import Request, apply_to_file

    request = Request(
        image=image, kernel=kernel, output=output, force=force, kind=kind, max_pixels=max_pixels, as_json=as_json, method=method
    )
    apply_to_file(request, convention, APPLY)


@group.command(epilog=TRACE_EXAMPLES)
@click.argument("x")
@click.argument("k")
@click.option("--at", metavar="INDEX", default="0", help="Which output, as 0,0; negative numbers count from the end.  [default: the first]")
@click.option("--channel", type=click.IntRange(min=0), help="Of a colour picture: 0 red, 1 green, 2 blue.")
@click.option("--all", "whole", is_flag=True, help="Every output, one after the other.")
@convention_options(**TRACE)
@click.option(
    "--format", "kind", type=click.Choice(["text", "json", "html", "latex"]), default="text", show_default=True, help="How to show it."
)
@pixels_option
@json_option
def trace(
    x: str, k: str, at: str, whole: bool, kind: str, channel: int | None, max_pixels: int, as_json: bool, **convention: str | None
) -> None:
    """Show how one output comes about: the window read, the kernel as applied, every product, the sum.

    X and K are texts such as "0 0 0; 1 1 2; 1 3 0" (rows parted by ;), JSON arrays, or files; - is standard input.
    """
    from faltung.cli.tracing import read_operands, show_trace

    data, weights = read_operands(x, k, channel, max_pixels)
    show_trace(data, weights, None if whole else at, "json" if as_json else kind, convention, TRACE)


@group.command()
@click.argument("name", required=False)
@json_option
def kernels(name: str | None, as_json: bool) -> None:
    """List the gallery's kernels, or tell all about one: faltung kernels gaussian:sigma=2."""
    from faltung.cli.gallery import list_kernels, show_kernel

    if name is None:
        list_kernels(as_json)
    else:
        show_kernel(name, as_json)


@group.command()
@click.argument("names", nargs=-1)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the random arrays.")
@json_option
def laws(names: tuple[str, ...], seed: int, as_json: bool) -> int:
    """Check the identities of convolution and correlation on random complex arrays; exit status 1 if one fails."""
    from faltung.cli.checking import check_laws

    return check_laws(names, seed, as_json)


@group.command(epilog=PROBE_EXAMPLES)
@click.argument("function", metavar="PACKAGE.MODULE:FUNCTION")
@click.option("--ndim", type=click.IntRange(1, 3), default=2, show_default=True, help="Axes of input and kernel.")
@click.option("--limit", type=click.FloatRange(0.1, 86400), default=60.0, show_default=True, help="Seconds before it is killed.")
@click.option("--path", "here", is_flag=True, help="Look for the module in the current folder, too.")
@click.option("--pytest", "as_pytest", is_flag=True, help="Print a test module that pins what was found.")
@json_option
def probe(function: str, ndim: int, limit: float, here: bool, as_pytest: bool, as_json: bool) -> int:
    """Find out the convention of any function of an input and a kernel, and print its card.

    The function runs in a process of its own, which is killed when it hangs. Exit status 4 if no convention fits.
    """
    from faltung.cli.probing import probe_target

    if as_pytest and as_json:
        raise click.UsageError("--pytest and --json are two forms of one answer; choose one")
    return probe_target(function, ndim, limit, (".",) if here else (), "pytest" if as_pytest else "json" if as_json else "text")


@group.command(epilog=DIAGNOSE_EXAMPLES)
@click.argument("files", nargs=-1, metavar="[X K Y]")
@click.option("--x", metavar="JSON", help="The input as a JSON array, instead of a file.")
@click.option("--k", metavar="JSON", help="The kernel.")
@click.option("--y", metavar="JSON", help="The result; a single number for one output.")
@click.option("--expected", metavar="WHAT", help="A call of a library, a convention in the notation, a number, a JSON array, or a file.")
@click.option("--plot", metavar="OUT", help="Draw what the leading explanations leave, side by side, into a .png file.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@pixels_option
@json_option
def diagnose(files: tuple[str, ...], expected: str | None, plot: str | None, force: bool, max_pixels: int, as_json: bool,
             **pasted: str | None) -> int:  # fmt: skip
    """Find out which convention made Y of X and K, and which line to change.

    X, K and Y are files: .npy, .npz, .mat, .h5, .csv, .txt, pictures, TIFF, safetensors, Zarr; one array of several is named behind a
    colon (data.npz:x), and - is standard input. Nothing is evaluated and nothing is unpickled. Exit status 0 if Y is explained, and as
    expected; 1 if it is not what was expected; 4 if no explanation fits.
    """
    from faltung.cli.diagnosing import Question, diagnose_result

    question = Question(files=files, pasted=pasted, expected=expected, plot=plot, force=force, as_json=as_json, max_pixels=max_pixels)
    return diagnose_result(question)


@group.command(epilog=IDENTIFY_EXAMPLES)
@click.argument("before")
@click.argument("after")
@click.option("--shape", metavar="SIZES", help="Of the kernel, as 5x5.  [default: chosen by itself]")
@click.option("--stride", metavar="SIZES", default="1", show_default=True, help="Samples from one output to the next.")
@click.option("--boundary", metavar="WORD", help="What lies outside.  [default: found]")
@click.option("--symmetric", type=click.Choice(["even", "odd", "each_axis"]), help="Take the kernel to be symmetric.")
@click.option("--separable", is_flag=True, help="Take the kernel to be a product of one vector an axis.")
@click.option("--output", "-o", metavar="OUT", help="Write the kernel to a .npy, .npz or .tif file.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@pixels_option
@json_option
def identify(before: str, after: str, **wish: Any) -> int:
    """Find the kernel that turns BEFORE into AFTER, with error bars, what lies outside, and its name in the gallery.

    BEFORE and AFTER are pictures, arrays in files, or numbers. Exit status 4 if no kernel does.
    """
    from faltung.cli.identifying import Wish, identify_kernel

    return identify_kernel(before, after, Wish(**wish))


@group.command(epilog=CHECK_LAYER_EXAMPLES)
@click.argument("forward", metavar="MODULE:FORWARD")
@click.argument("backward", metavar="MODULE:BACKWARD")
@click.option("--layout", metavar="LETTERS", help="Of the axes, as NCHW,OIHW->NCHW.  [default: found]")
@click.option("--spec", metavar="NOTATION", help="What the forward function is meant to compute.")
@click.option("--groups", type=click.IntRange(min=1), help="Of the layer, where it takes no argument of that name.")
@click.option("--dtype", metavar="WORD", default="float64", show_default=True, help="Of the operands; a complex one checks conjugates.")
@click.option("--framework", type=click.Choice(["numpy", "torch", "jax"]), help="Whose arrays the functions take.  [default: found]")
@click.option("--limit", type=click.FloatRange(0.1, 86400), default=60.0, show_default=True, help="Seconds before it is killed.")
@click.option("--path", "here", is_flag=True, help="Look for the modules in the current folder, too.")
@json_option
def check_layer(forward: str, backward: str, here: bool, as_json: bool, **options: Any) -> int:
    """Check the gradients of a home-made convolution layer against the exact ones, and name the mistake.

    FORWARD takes input and kernel (and bias); BACKWARD takes the outputs' gradient, input and kernel, and returns theirs. They run in a
    process of their own, which is killed at its limit. Exit status 1 if a gradient is wrong, 4 if that cannot be decided.
    """
    from faltung.cli.layer_checking import check_target_layer

    return check_target_layer(forward, backward, (".",) if here else (), as_json, options)


@group.command()
@click.option("--output", "-o", metavar="FOLDER", default="demo-output", show_default=True, help="Where the pictures go.")
@click.option("--force", is_flag=True, help="Replace a picture of that name that is not the demo's own.")
@json_option
def demo(output: str, force: bool, as_json: bool) -> None:
    """Walk through the classic examples, and filter a test card with the whole gallery."""
    from faltung.cli.checking import run_demo

    run_demo(output, force, as_json)


@group.command()
@click.argument("name", required=False)
@click.option("--boundaries", "views", flag_value="boundaries", multiple=True, help="The words for what lies outside.")
@click.option("--even", "views", flag_value="even", multiple=True, help="Where an even kernel puts its centre.")
@click.option("--layouts", "views", flag_value="layouts", multiple=True, help="Where batch and channels lie.")
@click.option("--dtypes", "views", flag_value="dtypes", multiple=True, help="The dtypes of results.")
@click.option("--references", "views", flag_value="references", multiple=True, help="Where it was read.")
@click.option("--bugs", "views", flag_value="bugs", multiple=True, help="Known bugs, by version.")
@click.option("--libraries", "views", flag_value="libraries", multiple=True, help="The libraries, and how each is known.")
@click.option("--proof", "views", flag_value="proof", multiple=True, help="How many answers of the libraries were compared.")
@click.option("--figures", "views", flag_value="figures", multiple=True, help="The numbers of the whole, and of the run that proved it.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@json_option
def atlas(name: str | None, views: tuple[str, ...], as_markdown: bool, as_json: bool) -> None:
    """Show what other libraries' functions do: all of them, a library's (scipy.signal), or one (cv2.filter2D)."""
    from faltung.cli.atlas import show_atlas

    show_atlas(name, views, as_json, as_markdown)


@group.command(epilog=TRANSLATE_EXAMPLES)
@click.argument("call")
@click.option("--to", required=True, metavar="FUNCTION", help="The other library's function, as scipy.ndimage.correlate.")
@click.option("--x-shape", metavar="SIZES", help="Shape of the input, as 480x640.")
@click.option("--k-shape", metavar="SIZES", help="Shape of the kernel.")
@json_option
def translate(call: str, to: str, x_shape: str | None, k_shape: str | None, as_json: bool) -> int:
    """Say a call of one library in another: the line to type, with the kernel reversed and the input padded where that is needed.

    CALL is text, and is never run. Exit status 4 if the other library cannot say it; then the nearest is named.
    """
    from faltung.cli.translating import translate_call

    return translate_call(call, to, x_shape, k_shape, as_json)


@group.command(epilog=BENCH_EXAMPLES)
@click.argument("problems", metavar="PROBLEM...", nargs=-1, required=True)
@click.option(
    "--peer", "peers", multiple=True, metavar="NAME", help="Only peers whose names begin so: cv2, scipy.signal, torch; repeatable."
)
@click.option("--methods", is_flag=True, help="Race our other methods, too.")
@click.option("--workers", type=click.IntRange(min=1), help="Threads for everyone who can be told.  [default: all cores]")
@click.option("--turns", type=click.IntRange(1, 1000), default=7, show_default=True, help="The best of so many counts.")
@json_option
def bench(problems: tuple[str, ...], peers: tuple[str, ...], methods: bool, workers: int | None, turns: int, as_json: bool) -> None:
    """Race your own sizes beside every library that is installed and computes the same, losses included.

    PROBLEM is a line of notation with sizes. Peers are called in their own way; one whose answer differs is left out and named.
    """
    from faltung.cli.benching import run_races

    run_races(problems, peers, workers, turns, methods, as_json)


@group.command()
@click.option("--show", is_flag=True, help="Show what was measured before.")
@click.option("--reset", is_flag=True, help="Remove it: back to the constants that come with the package.")
@json_option
def measure(show: bool, reset: bool, as_json: bool) -> None:
    """Time every method on this machine, and keep the factors for the planner: about half a minute, best with nothing else running."""
    from faltung.cli.benching import run_measure

    if show and reset:
        raise click.UsageError("--show and --reset are two things; choose one")
    run_measure(reset, show, as_json)

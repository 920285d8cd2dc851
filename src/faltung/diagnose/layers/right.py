"""The lines that would be right: with faltung, and in NumPy alone, with the layer's own axes, names and sizes.

With lo the low pad, s, d and e the stride, dilation and spread, tap t of an axis reads positions d·t, d·t + s, … of the padded input,
whose sample q stands at lo + e·q:

    dx: padded[d·t :: s] += g · conj(w[t])          dw[t] = Σ g · conj(padded[d·t :: s])
"""

from faltung.diagnose.layers.axes import Form
from faltung.diagnose.layers.scene import Scene, conjugated, problem_of
from faltung.spec import Window
from faltung.spec.window import dilated_size, position

NUMPY_MODES = {"edge": "edge", "half_sample": "symmetric", "whole_sample": "reflect", "periodic": "wrap"}
COUNTERS = "ijk"


def line(scene: Scene, kind: str) -> str:
    """Return the statement with faltung; operands without batch or channel axes get them there."""
    form = scene.form
    if kind == "bias":
        return f"db = g.sum(axis={_bias_axes(form)})"
    problem = problem_of(scene)
    given = f"ft.parse({str(problem)!r})"
    operands = [("g", form.output, form.layout.output), ("w", form.kernel, form.layout.kernel)]
    if kind == "kernel":
        operands = [("x", form.input, form.layout.input), operands[0]]
    spelled = ", ".join(name + _new_axes(own, whole) for name, own, whole in operands)
    letters, whole = (form.input, form.layout.input) if kind == "input" else (form.kernel, form.layout.kernel)
    tail = f"[{', '.join('0' * (len(whole) - len(letters)))}]" if len(whole) > len(letters) else ""
    name, role = ("dx", "") if kind == "input" else ("dw", ', "kernel"')
    return f"{name} = ft.run(ft.adjoint({given}{role}), {spelled}){tail}"


def _new_axes(own: str, whole: str) -> str:
    return f"[{', '.join(['None'] * (len(whole) - len(own)))}]" if len(whole) > len(own) else ""


def _bias_axes(form: Form) -> tuple[int, ...]:
    return tuple(axis for axis, letter in enumerate(form.output) if letter != "C")


def numpy_lines(scene: Scene, kind: str) -> str:
    """Return statements in NumPy that compute the gradient from g, x and w; empty where NumPy's pads cannot say the boundary."""
    if kind == "bias":
        return f"db = g.sum(axis={_bias_axes(scene.form)})"
    windows = scene.windows
    assert windows is not None
    pads = [pads_of(scene, axis) for axis in range(len(windows))]
    laws = laws_of(windows, pads)
    if laws is None:
        return ""
    return _dx(scene, windows, pads, laws) if kind == "input" else _dw(scene, windows, pads, laws)


def laws_of(windows: tuple[Window, ...], pads: list[tuple[int, int]]) -> list[str] | None:
    """Return np.pad's mode for every axis, empty for zeros; None where its pads cannot say the boundary."""
    modes = [_mode(window, pair) for window, pair in zip(windows, pads, strict=True)]
    spread = any(w.input_dilation > 1 for w in windows)
    if min(low for low, _ in pads) < 0 or None in modes or (spread and any(modes)):
        return None
    return [mode or "" for mode in modes]


def _mode(window: Window, pads: tuple[int, int]) -> str | None:
    """Return np.pad's mode for one axis; empty for zeros or no pads, None where the ends have different laws."""
    pairs = zip((window.boundary_low, window.boundary_high), pads, strict=True)
    laws = {NUMPY_MODES.get(law, "") for law, pad in pairs if pad > 0}
    return None if len(laws) > 1 else laws.pop() if laws else ""


def pads_of(scene: Scene, axis: int) -> tuple[int, int]:
    """Return the pads that hold everything that is read."""
    assert scene.windows is not None
    window, n, k = scene.windows[axis], scene.sizes.samples[axis], scene.sizes.taps[axis]
    m = scene.g.shape[scene.form.output.index(scene.form.spatial[axis])]
    return window.pad_low, max(position(window, m - 1, k - 1) + 1 - dilated_size(window, n), 0)


def index(letters: str, spatial: str, entries: list[str], channel: str = ":", carrier: str = "C") -> str:
    """Return an index with the entries at the spatial axes, in the order of the letters."""
    found = [entries[spatial.index(c)] if c in spatial else (channel if c == carrier else ":") for c in letters]
    return f"[{', '.join(found)}]"


def _taps(scene: Scene, windows: tuple[Window, ...]) -> tuple[str, list[str], list[str]]:
    """Return the loop over the taps, the indices of the kernel, and the slices of the padded input that a tap reads."""
    ks = scene.sizes.taps
    count = ", ".join(map(str, ks))
    names = ", ".join(COUNTERS[: len(ks)])
    header = f"for {names} in np.ndindex({count}):" if len(ks) > 1 else f"for {names} in range({count}):"
    places = []
    for axis, window in enumerate(windows):
        m = scene.g.shape[scene.form.output.index(scene.form.spatial[axis])]
        t = f"({ks[axis] - 1} - {COUNTERS[axis]})" if window.reversal else COUNTERS[axis]
        start = t if window.kernel_dilation == 1 else f"{window.kernel_dilation}*{t}"
        step = f":{window.stride}" if window.stride > 1 else ""
        places.append(f"{start}:{start}+{window.stride * (m - 1) + 1}{step}")
    return header, [COUNTERS[axis] for axis in range(len(ks))], places


def _letters(form: Form) -> tuple[str, str, str]:
    """Return the einsum letters of g, of one tap of w, and of x: o for the output's channels."""
    kernel = "".join({"O": "o", "I": "c"}[c] for c in form.kernel if c in "OI")
    return form.output.replace("C", "o").replace("N", "n").lower(), kernel, form.input.lower()


def _grouped(scene: Scene) -> tuple[str, str, str, str]:
    """Return the loop over groups (empty for one), and the channel slices of x, w and g in it."""
    groups, form = scene.sizes.groups, scene.form
    if groups == 1:
        return "", ":", ":", ":"
    of_x, of_y = scene.sizes.channels_in // groups, scene.sizes.channels_out // groups
    of_w = of_y if form.carrier == "O" else of_x
    return f"for q in range({groups}):", *(f"{n}*q:{n}*(q+1)" for n in (of_x, of_w, of_y))  # type: ignore[return-value]  # four texts


def _dx(scene: Scene, windows: tuple[Window, ...], pads: list[tuple[int, int]], laws: list[str]) -> str:
    form = scene.form
    loop, x_part, w_part, g_part = _grouped(scene)
    header, taps, places = _taps(scene, windows)
    conj_g, conj_w = conjugated("input", scene.conj) if scene.g.dtype.kind == "c" else (False, False)
    g_letters, w_letters, x_letters = _letters(form)
    g = f"g{index(form.output, form.spatial, [':'] * len(taps), g_part)}" if loop else "g"
    w = f"w{index(form.kernel, form.spatial, taps, w_part, form.carrier)}"
    if not w_letters and not form.plain:
        return ""
    shape = padded_shape(scene, padded_lengths(scene, windows, pads))
    where = index(form.input, form.spatial, places, x_part)
    g, w = (f"{g}.conj()" if conj_g else g), (f"{w}.conj()" if conj_w else w)
    if "I" not in form.kernel and "C" in form.input:
        x_letters = x_letters.replace("c", "o")  # depthwise: each channel is its own group
        g, w, where = "g", f"w{index(form.kernel, form.spatial, taps)}", index(form.input, form.spatial, places)
        loop = ""
    product = f"np.einsum('{g_letters},{w_letters}->{x_letters}', {g}, {w})"
    lines = [
        f"padded = np.zeros({shape}, g.dtype)",
        *_indented([loop, header], f"padded{where} += {product}"),
        *unpadded(scene, pads, laws),
    ]
    return "\n".join(lines)


def _dw(scene: Scene, windows: tuple[Window, ...], pads: list[tuple[int, int]], laws: list[str]) -> str:
    form = scene.form
    loop, x_part, w_part, g_part = _grouped(scene)
    header, taps, places = _taps(scene, windows)
    conj_g, conj_x = conjugated("kernel", scene.conj) if scene.g.dtype.kind == "c" else (False, False)
    g_letters, w_letters, x_letters = _letters(form)
    g = f"g{index(form.output, form.spatial, [':'] * len(taps), g_part)}" if loop else "g"
    where = index(form.input, form.spatial, places, x_part)
    target = f"dw{index(form.kernel, form.spatial, taps, w_part, form.carrier)}"
    if "I" not in form.kernel and "C" in form.input:
        x_letters = x_letters.replace("c", "o")
        g, where, target = "g", index(form.input, form.spatial, places), f"dw{index(form.kernel, form.spatial, taps)}"
        loop = ""
    elif not w_letters and not form.plain and "N" not in form.input:
        return ""
    x = f"padded{where}" + (".conj()" if conj_x else "")
    g = f"{g}.conj()" if conj_g else g
    product = f"np.einsum('{g_letters},{x_letters}->{w_letters}', {g}, {x})"
    lines = [*padding(scene, windows, pads, laws), "dw = np.zeros(w.shape, g.dtype)", *_indented([loop, header], f"{target} = {product}")]
    return "\n".join(lines)


def _indented(headers: list[str], body: str) -> list[str]:
    lines, depth = [], 0
    for header in filter(None, headers):
        lines.append("    " * depth + header)
        depth += 1
    return [*lines, "    " * depth + body]


def padded_lengths(scene: Scene, windows: tuple[Window, ...], pads: list[tuple[int, int]]) -> tuple[int, ...]:
    """Return the lengths of the spatial axes with their pads."""
    return tuple(dilated_size(w, n) + low + high for w, n, (low, high) in zip(windows, scene.sizes.samples, pads, strict=True))


def padded_shape(scene: Scene, lengths: tuple[int, ...]) -> tuple[int, ...]:
    """Return the input's shape with other lengths of the spatial axes."""
    own = dict(zip(scene.form.spatial, lengths, strict=True))
    return tuple(own.get(letter, size) for letter, size in zip(scene.form.input, scene.x.shape, strict=True))


def _kept(scene: Scene, pads: list[tuple[int, int]], laws: list[str]) -> str:
    """Return the index of the samples in the padded input, on the axes outside of which there are zeros."""
    assert scene.windows is not None
    entries = []
    for (low, _), law, window, n in zip(pads, laws, scene.windows, scene.sizes.samples, strict=True):
        e = window.input_dilation
        entries.append(":" if law else f"{low}:{low + e * (n - 1) + 1}" + (f":{e}" if e > 1 else ""))
    return index(scene.form.input, scene.form.spatial, entries)


def unpadded(scene: Scene, pads: list[tuple[int, int]], laws: list[str]) -> list[str]:
    """Return the lines that make dx of the gradient of the padded input."""
    kept = f"padded{_kept(scene, pads, laws)}"
    if not any(laws):
        return [f"dx = {kept}"]
    rows = []
    for letter, n in zip(scene.form.input, scene.x.shape, strict=True):
        axis = scene.form.spatial.find(letter)
        rows.append(f"np.pad(np.arange({n}), {pads[axis]}, {laws[axis]!r})" if axis >= 0 and laws[axis] else f"np.arange({n})")
    return ["dx = np.zeros(x.shape, g.dtype)", f"np.add.at(dx, np.ix_({', '.join(rows)}), {kept})"]


def padding(scene: Scene, windows: tuple[Window, ...], pads: list[tuple[int, int]], laws: list[str]) -> list[str]:
    """Return the lines that make the padded input of x."""
    if any(w.input_dilation > 1 for w in windows):
        shape = padded_shape(scene, padded_lengths(scene, windows, pads))
        return [f"padded = np.zeros({shape}, x.dtype)", f"padded{_kept(scene, pads, laws)} = x"]
    lines, source = [], "x"
    for law in dict.fromkeys(laws):
        chosen = {letter: pair for letter, pair, own in zip(scene.form.spatial, pads, laws, strict=True) if own == law}
        pairs = tuple(chosen.get(letter, (0, 0)) for letter in scene.form.input)
        if any(map(any, pairs)):
            lines.append(f"padded = np.pad({source}, {pairs}" + (f", {law!r})" if law else ")"))
            source = "padded"
    return lines or ["padded = x"]

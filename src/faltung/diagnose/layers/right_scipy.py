"""The gradients as calls of scipy.signal, in the layer's own axes: outputs of a stride and taps of a dilation are spread with zeros first.

With p the padded input, whose sample q stands at lo + q, u the spread outputs and v the spread taps, a kernel that is not reversed reads
p[o + t]. So

    dx: p = full convolution of u and v           dw = valid correlation of p and u, at every d-th place

and a kernel that is reversed makes a correlation of the one, and turns the other around. SciPy's correlation conjugates its second operand.
"""

from faltung.diagnose.layers.axes import Form
from faltung.diagnose.layers.right import index, laws_of, padded_lengths, padded_shape, padding, pads_of, unpadded
from faltung.diagnose.layers.scene import Scene, conjugated
from faltung.spec import Window

NAMES = {"N": "n", "C": "c", "O": "o", "I": "c"}


def scipy_lines(scene: Scene, kind: str) -> str:
    """Return statements with NumPy and scipy.signal that compute the gradient from g, x and w; empty where there is no such call.

    There is none for groups, transposed layers, and kernels that are reversed along some axes only.
    """
    form, windows = scene.form, scene.windows
    if kind == "bias" or windows is None or scene.sizes.groups != 1 or not _known(form):
        return ""
    pads = [pads_of(scene, axis) for axis in range(len(windows))]
    laws = laws_of(windows, pads)
    if laws is None or any(w.input_dilation > 1 for w in windows) or len({w.reversal for w in windows}) > 1:
        return ""
    return (_dx if kind == "input" else _dw)(scene, windows, pads, laws)


def _known(form: Form) -> bool:
    """Return whether the kernel has the channels that input and output have."""
    return form.plain or (set(form.kernel) >= {"O", "I"} and "C" in form.input and "C" in form.output and form.carrier == "O")


def _call(scene: Scene, name: str, first: str, second: str, mode: str) -> str:
    if len(scene.form.spatial) == 2:
        return f"scipy.signal.{name}2d({first}, {second}, {mode!r})"
    return f"scipy.signal.{name}({first}, {second}, {mode!r}, method='direct')"


def _part(name: str, letters: str, spatial: str, channel: str = "") -> str:
    """Return one image and channel of an operand."""
    entries = [":" if c in spatial else (channel if channel and c == "C" else NAMES[c]) for c in letters]
    while entries and entries[-1] == ":":
        entries.pop()
    return f"{name}[{', '.join(entries)}]" if entries else name


def _loop(scene: Scene) -> str:
    """Return the loop over images and channels; empty where there are none."""
    sizes = {"n": scene.sizes.batch, "o": scene.sizes.channels_out, "c": scene.sizes.channels_in}
    names = [name for name in "noc" if ("N" in scene.form.input if name == "n" else not scene.form.plain)]
    if len(names) < 2:
        return f"for {names[0]} in range({sizes[names[0]]}):" if names else ""
    return f"for {', '.join(names)} in np.ndindex({', '.join(str(sizes[name]) for name in names)}):"


def _spread(name: str, source: str, letters: str, scene: Scene, steps: list[int]) -> list[str]:
    """Return the lines that put zeros between the entries of the spatial axes; none where every step is 1."""
    if set(steps) == {1}:
        return []
    shape, spatial = (scene.g if source == "g" else scene.w).shape, scene.form.spatial
    sizes = tuple(steps[spatial.index(c)] * (n - 1) + 1 if c in spatial else n for c, n in zip(letters, shape, strict=True))
    places = index(letters, spatial, [f"::{step}" if step > 1 else ":" for step in steps])
    return [f"{name} = np.zeros({sizes}, {source}.dtype)", f"{name}{places} = {source}"]


def _full(scene: Scene, windows: tuple[Window, ...]) -> tuple[int, ...]:
    outputs = [scene.g.shape[scene.form.output.index(letter)] for letter in scene.form.spatial]
    sizes = zip(windows, outputs, scene.sizes.taps, strict=True)
    return tuple(w.stride * (m - 1) + 1 + w.kernel_dilation * (k - 1) for w, m, k in sizes)


def _dx(scene: Scene, windows: tuple[Window, ...], pads: list[tuple[int, int]], laws: list[str]) -> str:
    form, spatial, full = scene.form, scene.form.spatial, _full(scene, windows)
    lines = _spread("up", "g", form.output, scene, [w.stride for w in windows])
    up = "up" if lines else "g"
    wide = _spread("wide", "w", form.kernel, scene, [w.kernel_dilation for w in windows])
    conj_g, conj_w = conjugated("input", scene.conj) if scene.g.dtype.kind == "c" else (False, False)
    g = _part(up, form.output, spatial, "o") + (".conj()" if conj_g else "")
    reversal = windows[0].reversal
    own = scene.g.dtype.kind == "c" and conj_w != reversal  # a correlation conjugates by itself
    w = _part("wide" if wide else "w", form.kernel, spatial) + (".conj()" if own else "")
    call = _call(scene, "correlate" if reversal else "convolve", g, w, "full")
    lines += wide
    lengths = padded_lengths(scene, windows, pads)
    if not _loop(scene) and full == lengths:
        return "\n".join([*lines, f"padded = {call}", *unpadded(scene, pads, laws)])
    target = _part("padded", form.input, spatial, "c")
    if full != lengths:  # samples at the end that no window reads
        inner = [f":{size}" if size < length else ":" for size, length in zip(full, lengths, strict=True)]
        target += f"[{', '.join(inner)}]"
    loop = _loop(scene)
    body = [loop, f"    {target} += {call}"] if loop else [f"{target} = {call}"]
    return "\n".join([*lines, f"padded = np.zeros({padded_shape(scene, lengths)}, g.dtype)", *body, *unpadded(scene, pads, laws)])


def _dw(scene: Scene, windows: tuple[Window, ...], pads: list[tuple[int, int]], laws: list[str]) -> str:
    form, spatial, full = scene.form, scene.form.spatial, _full(scene, windows)
    lines = _spread("up", "g", form.output, scene, [w.stride for w in windows])
    up = "up" if lines else "g"
    lines += padding(scene, windows, pads, laws)
    lengths = padded_lengths(scene, windows, pads)
    if full != lengths:  # samples at the end that no window reads
        cut = [f":{size}" if size < length else ":" for size, length in zip(full, lengths, strict=True)]
        lines.append(f"padded = padded{index(form.input, spatial, cut)}")
    conj_g, conj_x = conjugated("kernel", scene.conj) if scene.g.dtype.kind == "c" else (False, False)
    x = _part("padded", form.input, spatial, "c") + (".conj()" if conj_x else "")
    g = _part(up, form.output, spatial, "o") + (".conj()" if scene.g.dtype.kind == "c" and not conj_g else "")
    call = _call(scene, "correlate", x, g, "valid") + _places(windows)
    loop = _loop(scene)
    if not loop:
        return "\n".join([*lines, f"dw = {call}"])
    return "\n".join([*lines, "dw = np.zeros(w.shape, g.dtype)", loop, f"    {_part('dw', form.kernel, spatial)} += {call}"])


def _places(windows: tuple[Window, ...]) -> str:
    """Return the index of the taps in the correlation: backwards for a reversed kernel, every d-th of a dilation."""
    steps = [-w.kernel_dilation if w.reversal else w.kernel_dilation for w in windows]
    return "" if set(steps) == {1} else f"[{', '.join('::' + str(step) if step != 1 else ':' for step in steps)}]"

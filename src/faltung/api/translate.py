"""A call of one library, as text, said in another."""

from dataclasses import replace

from faltung.dialects import DIALECTS
from faltung.dialects.lowering import lowered
from faltung.dialects.names import known
from faltung.dialects.record import Call, Dialect, Refusal, complete, read_with
from faltung.dialects.task import Task, resolved
from faltung.dialects.typed import TypedCall, read_text
from faltung.errors import DialectError, SpecError
from faltung.spec import Spec

Shape = tuple[int, ...] | None
# Libraries with arrays of their own, and what makes one of any array.
ARRAYS = {"torch": "torch.as_tensor({})", "mlx": "mlx.core.array({})", "tinygrad": "tinygrad.Tensor({})", "kornia": "torch.as_tensor({})"}


def translate(call: str, to: str, *, x_shape: Shape = None, k_shape: Shape = None) -> Call | Refusal:
    """Return the line that computes in another library what a call computes in its own, or a Refusal.

    Parameters
    ----------
    call : str
        The text of a call, as in ``"cv2.filter2D(img, -1, K)"``, or a function's name. It is parsed and never evaluated: arguments are
        literals, or constants such as ``cv2.BORDER_REFLECT``; operands are names. At most 4,000 characters, nested 50 levels deep.
    to : str
        The other library's function, one of ``faltung atlas``; import aliases such as ``np`` and ``ndimage`` are known.
    x_shape, k_shape : tuple of int, optional
        Shapes of the operands. Where the line depends on sizes and they are not given, it holds expressions such as ``k.shape[0] // 2``.

    Returns
    -------
    Call or Refusal
        Call: ``.code`` is the line to type, ``.notes`` what it does otherwise with dtypes, rounding, overflow and NaN. What the other
        library does not reverse, pad, shift or stride over itself stands in the line. Refusal: ``.reason``, and the ``.nearest`` call.

    Raises
    ------
    DialectError
        For text that is not a call, a function, an argument or a value that is unknown, and shapes that the function refuses.

    Examples
    --------
    >>> ft.translate("cv2.filter2D(img, -1, K)", "scipy.ndimage.correlate").code
    "scipy.ndimage.correlate(img, K, mode='mirror')"
    >>> ft.translate("np.convolve(x, k, 'same')", "scipy.ndimage.convolve1d", k_shape=(4,)).code
    "scipy.ndimage.convolve1d(x, k, mode='constant', origin=k.shape[0] % 2 - 1)"
    >>> print(ft.translate("ndimage.correlate(x, k, mode='mirror')", "scipy.signal.convolve2d", x_shape=(9, 9), k_shape=(3, 4)).code)
    scipy.signal.convolve2d(numpy.pad(x, ((1, 1), (2, 1)), mode='reflect'), numpy.conj(numpy.flip(k)), mode='valid')
    """
    found = read_text(call, DIALECTS)
    target = DIALECTS[known(to, DIALECTS)]
    found = replace(found, x_shape=_shape(x_shape, found.x_shape, "x"), k_shape=_shape(k_shape, found.k_shape, "k"))
    source = DIALECTS[found.function]
    facts = {"x_shape": found.x_shape, "k_shape": found.k_shape}
    try:
        spec = read_with(source, {**found.arguments, **{name: shape for name, shape in facts.items() if shape is not None}})
        return lowered(target, resolved(_task(found, source, target, spec)))
    except SpecError as error:
        raise DialectError(str(error)) from None


def _shape(given: Shape, literal: Shape, name: str) -> Shape:
    if given is None:
        return literal
    sizes = tuple(given) if isinstance(given, tuple | list) else (given,)
    if not all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in sizes):
        raise DialectError(f"{name}_shape is {given!r}; it must be whole numbers of at least 1")
    if literal is not None and sizes != literal:
        raise DialectError(f"{name}_shape is {sizes}, but the call's {name} has shape {literal}")
    return sizes


def _task(found: TypedCall, source: Dialect, target: Dialect, spec: Spec) -> Task:
    facts = complete(source, {**found.arguments, "x_shape": found.x_shape, "k_shape": found.k_shape})
    sliding = source.sliding(facts) if source.sliding and found.x_shape is not None else None
    axes = source.axes if source.axes is not None else target.axes if spec.layout is None else None
    x_sizes, k_sizes = _sizes(found, spec, sliding)
    x, k = (_named(text, shape, found) for text, shape in ((found.input, found.x_shape), (found.kernel, found.k_shape)))
    home = target.function.partition(".")[0]
    wrap = ARRAYS.get(home, "{}") if home != source.function.partition(".")[0] else "{}"
    return Task(spec=spec, x=x, k=k, kernel=k, x_sizes=x_sizes, k_sizes=k_sizes, axes=axes, wrap=wrap)


def _named(text: str, shape: Shape, found: TypedCall) -> str:
    """Return an operand's text; numbers become an array where the line asks for their shape."""
    literal = text.startswith(("[", "("))
    return f"numpy.array({text})" if literal and None in (found.x_shape, found.k_shape) else text


def _sizes(found: TypedCall, spec: Spec, sliding: Shape) -> tuple[Shape, Shape]:
    """Return the sizes on the sliding axes, both or none."""
    x, k = found.x_shape, found.k_shape
    if x is None or k is None:
        return None, None
    if spec.layout is not None:
        if len(x) != len(spec.layout.input) or len(k) != len(spec.layout.kernel):
            raise DialectError(f"{found.function} has operands of layout {spec.layout}; their shapes are {x} and {k}")
        spatial = spec.layout.spatial
        return tuple(x[spec.layout.input.index(c)] for c in spatial), tuple(k[spec.layout.kernel.index(c)] for c in spatial)
    if sliding is not None:
        x = tuple(x[axis] for axis in sliding)
    if len(x) != len(k):
        raise DialectError(f"{found.function} slides over {len(x)} axes of an input of shape {found.x_shape}; the kernel has shape {k}")
    return x, k

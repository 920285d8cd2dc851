"""A call of one library, as text, said in another."""

from dataclasses import replace

from faltung.dialects import DIALECTS
from faltung.dialects.bridging import in_batches, is_single, over_all_axes, with_layout, without_batches, without_layout
from faltung.dialects.lowering import lowered
from faltung.dialects.names import known
from faltung.dialects.phrases import takes_real_only
from faltung.dialects.record import Call, Dialect, Refusal, complete, read_with
from faltung.dialects.task import Task, rank_of, resolved
from faltung.dialects.typed import TypedCall, read_text
from faltung.errors import DialectError, SpecError
from faltung.spec import Layout, Spec
from faltung.spec.spec import Conj

Shape = tuple[int, ...] | None
# Libraries with arrays of their own, and what makes one of any array.
ARRAYS = {
    "torch": "torch.as_tensor({})", "mlx": "mlx.core.array({})", "tinygrad": "tinygrad.Tensor({})", "dask_image": "dask.array.asarray({})",
}  # fmt: skip


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
    facts = {"x_shape": found.x_shape, "k_shape": found.k_shape}
    try:
        spec = read_with(DIALECTS[found.function], found.arguments | {name: shape for name, shape in facts.items() if shape is not None})
        return _written(found, DIALECTS[found.function], target, spec)
    except SpecError as error:
        raise DialectError(str(error)) from None


def _written(found: TypedCall, source: Dialect, target: Dialect, spec: Spec) -> Call | Refusal:
    """Return the shortest line of two where a library takes real numbers only, and it does not matter what is conjugated."""
    task = _task(found, source, target, spec)
    if isinstance(task, Refusal):
        return task
    if spec.conj == "input" or not (takes_real_only(source.function) or takes_real_only(target.function)):
        return _bridged(found, target, resolved(task))
    conjs: tuple[Conj, ...] = ("none", "kernel")
    answers = [_bridged(found, target, resolved(replace(task, spec=replace(task.spec, conj=conj)))) for conj in conjs]
    return min(answers, key=lambda answer: (isinstance(answer, Refusal), len(answer.code) if isinstance(answer, Call) else 0))


def _bridged(found: TypedCall, target: Dialect, task: Task) -> Call | Refusal:
    """Return the line; where the library has no channels, for the one image and channel that there may be."""
    layout, rank = task.spec.layout, rank_of(task)
    if layout is None and target.says is not None and target.axes is None and rank not in (None, 2):
        return lowered(target, with_layout(replace(task, axes=rank)))
    if target.batched and not DIALECTS[found.function].batched and layout is None:
        return in_batches(lowered(target, task))
    answer = lowered(target, task)
    if isinstance(answer, Call) and layout is None and target.says is not None and target.axes is None and rank is None:
        answer = replace(answer, notes=(*answer.notes, "for operands with 2 axes; with others, give x_shape and k_shape"))
    single = without_layout(task) if isinstance(answer, Refusal) and layout is not None and target.says is None else None
    if single is None or layout is None:
        return answer
    if target.language != "python":
        reason = f"{target.function} has no batches and channels; cut one image and one kernel out first, and say the call on them"
        return Refusal(function=target.function, reason=reason)
    single = replace(single, wrap=ARRAYS.get(_home(target), "{}"))  # which is an array of NumPy by now
    nearest = in_batches(lowered(target, single)) if target.batched else lowered(target, single)
    if found.x_shape is not None and found.k_shape is not None and is_single(layout, found.x_shape, found.k_shape):
        return nearest
    reason = f"{target.function} has no batches and channels; it can take one image with one channel, if x_shape and k_shape say so"
    return Refusal(function=target.function, reason=reason, nearest=nearest if isinstance(nearest, Call) else nearest.nearest)


def _home(dialect: Dialect) -> str:
    return dialect.function.partition(".")[0]


def _shape(given: Shape, literal: Shape, name: str) -> Shape:
    if given is None:
        return literal
    sizes = tuple(given) if isinstance(given, tuple | list) else (given,)
    if not all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in sizes):
        raise DialectError(f"{name}_shape is {given!r}; it must be whole numbers of at least 1")
    if literal is not None and sizes != literal:
        raise DialectError(f"{name}_shape is {sizes}, but the call's {name} has shape {literal}")
    return sizes


def _task(found: TypedCall, source: Dialect, target: Dialect, spec: Spec) -> Task | Refusal:
    facts = complete(source, {**found.arguments, "x_shape": found.x_shape, "k_shape": found.k_shape})
    axes = source.axes if source.axes is not None else target.axes if spec.layout is None else None
    x, k = (_named(text, shape, found) for text, shape in ((found.input, found.x_shape), (found.kernel, found.k_shape)))
    wrap = ARRAYS.get(_home(target), "{}") if _home(target) != _home(source) else "{}"
    task = Task(spec=spec, x=x, k=k, kernel=k, axes=axes, wrap=wrap)
    if source.batched:
        return task if target.batched else _out_of_batches(found, source, target, task)
    if found.x_shape is None or found.k_shape is None:
        if facts.get("axes") is not None or facts.get("axis", -1) != -1:
            return Refusal(function=target.function, reason="which axis or axes slide needs x_shape and k_shape to be translated")
        return task
    if spec.layout is not None:
        return _with_sizes(found, task, spec.layout)
    x_shape, k_shape = found.x_shape, found.k_shape
    sliding = (facts["axis"],) if "axis" in facts else source.sliding(facts) if source.sliding else None
    if sliding is None or len(sliding) == len(x_shape) or len(sliding) != len(k_shape):
        if len(x_shape) != len(k_shape):
            raise DialectError(f"{found.function} slides over {len(x_shape)} axes of an input of shape {x_shape}; k_shape is {k_shape}")
        return replace(task, x_sizes=x_shape, k_sizes=k_shape, axes=len(x_shape))
    if target.sliding is not None and target.sliding(complete(target, {"x_shape": x_shape, "k_shape": k_shape})) == sliding:
        return replace(task, x_sizes=tuple(x_shape[axis] for axis in sliding), k_sizes=k_shape, axes=len(k_shape))
    if target.axes not in (None, len(x_shape)) or target.language != "python":
        return Refusal(function=target.function, reason=f"{target.function} slides over {target.axes} axes; the input has {len(x_shape)}")
    return over_all_axes(task, sliding, x_shape, k_shape)


def _out_of_batches(found: TypedCall, source: Dialect, target: Dialect, task: Task) -> Task | Refusal:
    """Return the task on the only image and channel that there may be."""
    if found.x_shape is None or found.k_shape is None or {*found.x_shape[:2], found.k_shape[0]} != {1}:
        reason = f"{source.function} filters a batch; one image with one channel can be said, if x_shape and k_shape say so"
        return Refusal(function=target.function, reason=reason)
    return without_batches(task, found.x_shape[2:], found.k_shape[1:])


def _with_sizes(found: TypedCall, task: Task, layout: Layout) -> Task:
    x, k = found.x_shape or (), found.k_shape or ()
    if len(x) != len(layout.input) or len(k) != len(layout.kernel):
        raise DialectError(f"{found.function} has operands of layout {layout}; their shapes are {x} and {k}")
    sizes = (tuple(shape[letters.index(c)] for c in layout.spatial) for shape, letters in ((x, layout.input), (k, layout.kernel)))
    x_sizes, k_sizes = sizes
    return replace(task, x_sizes=x_sizes, k_sizes=k_sizes)


def _named(text: str, shape: Shape, found: TypedCall) -> str:
    """Return an operand's text; numbers become an array where the line asks for their shape."""
    literal = text.startswith(("[", "("))
    return f"numpy.array({text})" if literal and None in (found.x_shape, found.k_shape) else text

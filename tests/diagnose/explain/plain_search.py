"""A search over a short literal list of conventions, in place of the real one: what is tested is what is made of its answers."""

from itertools import product

from faltung.diagnose.explain.explanation import Change, Explanation, Near, Search, Stage
from faltung.diagnose.explain.judge import judge
from faltung.spec import BOUNDARIES, Spec

TF32 = (Change(place="both", name="tf32"),)


def plain_search(x, k, y):
    """Return what fits of convolution and correlation in the usual modes, under each law, transposed, scaled, in TF32."""
    specs = [
        Spec(operation=operation, mode=mode, anchor=(anchor,), boundary=((law, law),), permute=permute)
        for operation, (mode, anchor), law, permute in product(
            ("convolve", "correlate"), (("full", "high"), ("same", "low"), ("same", "high"), ("valid", "high")), BOUNDARIES,
            (None, (1, 0)) if k.ndim == 2 else (None,),
        )
        if mode == "same" or law == "zero"
    ]  # fmt: skip
    tried = [Explanation(spec=spec, changes=changes) for spec in specs for changes in ((), TF32)]
    found, near = [], []
    for each in tried:
        verdict = judge(each, x, k, y)
        if verdict.level != "wrong":
            if not (each.changes and any(other.spec == each.spec for other in found)):
                found.append(Explanation(spec=each.spec, changes=each.changes, rounding_only=verdict.level != "exact"))
        elif not verdict.wrong.all() and not each.changes:
            near.append(Near(explanation=each, wrong=verdict.wrong))
    near.sort(key=lambda each: int(each.wrong.sum()))
    stage = Stage(name="fully", looked_at=len(tried), left=len(found))
    return Search(found=tuple(found), near=() if found else tuple(near), stages=(stage,))

"""The stages of a search in words: what each one counts.

What is counted changes from stage to stage: a variant of the kernel may stand at several places in front of the input, and a placement
whose borders are explained may have several explanations. So a later number can be larger than one before it.
"""

from faltung.diagnose.explain.explanation import Stage

TEXTS = {
    "rounds": "{done:,} of {looked_at:,} rounds of hypotheses",
    "shapes": "{left:,} {variants} of kernel, steps and layout {go} with the shapes",
    "samples": "a few samples leave {left:,} {placements}",
    "borders": "the borders of {left:,} of {looked_at:,} are explained",
    "fully": "{left:,} of {looked_at:,} {explanations} {meet} every output",
    "outputs": "{left:,} {places} in the results of {looked_at:,} conventions {hold} this number",
    "calls of libraries": "{left:,} of {looked_at:,} calls of libraries {make} it",
}
CANDIDATES = ("shapes", "outputs", "calls of libraries")  # stages that begin with candidates of their own


def searched(stages: tuple[Stage, ...]) -> str:
    """Return what each stage looked at and left.

    Examples
    --------
    >>> print(searched((Stage(name="shapes", looked_at=8, left=8), Stage(name="samples", looked_at=8, left=1))))
    8 variants of kernel, steps and layout go with the shapes; a few samples leave 1 placement
    """
    return "; ".join(stage_text(stage) for stage in stages if stage.looked_at)  # nothing came to the others


def stage_text(stage: Stage) -> str:
    """Return one stage in words."""
    one = stage.left == 1
    nouns = {name: name.removesuffix("s") if one else name for name in ("variants", "placements", "places")}
    verbs = {"go": "goes", "meet": "meets", "hold": "holds", "make": "makes"}
    words = {name: verb if one else name for name, verb in verbs.items()}
    words["explanations"] = "explanation" if stage.looked_at == 1 else "explanations"
    done = stage.looked_at - stage.left
    return TEXTS[stage.name].format(done=done, looked_at=stage.looked_at, left=stage.left, **nouns, **words)


def candidates(stages: tuple[Stage, ...]) -> int:
    """Return how many candidates there were: those that a later stage made of them are not counted again."""
    own = [stage.looked_at for stage in stages if stage.name in CANDIDATES]
    return sum(own) if own else max((stage.looked_at for stage in stages), default=0)


def unfinished(stages: tuple[Stage, ...]) -> str:
    """Return that the search stopped at its limit before all rounds, for where nothing was found; else nothing."""
    rounds = next((stage for stage in stages if stage.name == "rounds"), None)
    if rounds is None or not rounds.left:
        return ""
    done = rounds.looked_at - rounds.left
    return (
        f"the search stopped at its limit of work after {done} of {rounds.looked_at} rounds: rarer explanations were not tried; "
        "a smaller piece of x with its y can be searched fully"
    )

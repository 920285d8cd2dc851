"""``faltung translate``: a call of one library, said in another."""

import re

from faltung.api.translate import translate
from faltung.cli.output import emit_json, say
from faltung.dialects import Call
from faltung.errors import DialectError

SAID, REFUSED = 0, 4
_SHAPE = re.compile(r"\d{1,9}([x,]\d{1,9})*,?")


def translate_call(text: str, to: str, x_shape: str | None, k_shape: str | None, as_json: bool) -> int:
    """Print the line to type; what it does otherwise goes to standard error. Return 4 where there is none."""
    said = translate(text, to, x_shape=_shape("--x-shape", x_shape), k_shape=_shape("--k-shape", k_shape))
    if isinstance(said, Call):
        if as_json:
            emit_json("translation", code=said.code, function=said.function, notes=list(said.notes))
        else:
            print(said.code)
            for note in said.notes:
                say(f"note: {note}")
        return SAID
    nearest = said.nearest.code if said.nearest else None
    if as_json:
        emit_json("refusal", function=said.function, reason=said.reason, nearest=nearest, status=REFUSED)
    say(f"faltung: {said}")
    return REFUSED


def _shape(option: str, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    if not _SHAPE.fullmatch(text.strip()):
        raise DialectError(f"{option} is {text!r}; write sizes as 480x640 or 480,640")
    return tuple(int(size) for size in re.split("[x,]", text.strip().rstrip(",")))

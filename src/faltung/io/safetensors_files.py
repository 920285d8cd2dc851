"""safetensors: a JSON header and raw buffers."""

from typing import Any

import numpy as np

from faltung.io.claims import broken, check_entries, chosen
from faltung.io.extras import needed
from faltung.io.record import Array, InputError, Picture

# The format's words; bfloat16 is the upper half of float32.
DTYPES: dict[str, str] = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "U64": "<u8", "I64": "<i8",
    "F16": "<f2", "BF16": "<u2", "F32": "<f4", "F64": "<f8", "C64": "<c8",
}  # fmt: skip


def looks_so(content: bytes) -> bool:
    """Return whether these bytes begin as safetensors do: the header's length in 8 bytes that no text would have, and a brace."""
    return content[8:9] == b"{" and (b"\0" in content[:8] or not content[:8].isascii())


def read_safetensors(content: bytes, name: str, member: str | None, most: int) -> Picture:
    """Return one tensor; bfloat16 as float32, which holds it exactly."""
    package = needed("safetensors", name)
    try:
        tensors = dict(package.deserialize(content))
    except (package.SafetensorError, ValueError, MemoryError, OverflowError) as error:
        raise broken(name, error) from None
    label = chosen(sorted(tensors), member, name)
    return Picture(data=_array(tensors[label], f"{label} in {name}", most), format="SAFETENSORS", is_image=False)


def _array(tensor: Any, label: str, most: int) -> Array:
    kind, shape = tensor["dtype"], tuple(tensor["shape"])
    if kind not in DTYPES:
        raise InputError(f"{label} has dtype {kind}, which NumPy lacks; save it as one of {', '.join(DTYPES)}")
    check_entries(shape, label, most)
    stored: Array = np.frombuffer(tensor["data"], DTYPES[kind]).reshape(shape)
    return (stored.astype(np.uint32) << np.uint32(16)).view(np.float32) if kind == "BF16" else stored

"""The simple kinds of TIFF through Pillow: one page of 8-bit samples, palettes and CMYK among them, 16-bit grey, float32 grey."""

import io
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

from faltung.io.claims import broken
from faltung.io.images import BROKEN, check_size, converted, without_alpha
from faltung.io.record import Picture

_BITS, _FORMAT, _PHOTOMETRIC = 258, 339, 262  # tags: BitsPerSample, SampleFormat, PhotometricInterpretation
_UNSIGNED, _FLOAT = 1, 3
_WHITE_IS_ZERO = 0  # Pillow inverts those: their numbers would not be those stored


def read_simple(content: bytes, name: str, member: str | None, most: int) -> Picture | None:
    """Return the picture; None where Pillow would lose bits, or pages, or read other numbers than those stored."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=("TIFF",)) as image:
                check_size(image.size, name, most)
                if getattr(image, "n_frames", 1) != 1 or member not in (None, "0") or not _keeps_every_bit(image):
                    return None
                shown, words = converted(image)
                array = np.asarray(shown)
    except (Image.DecompressionBombError, UnidentifiedImageError):
        return None
    except BROKEN as error:
        raise broken(name, error) from None
    data, alpha = without_alpha(array.astype(array.dtype.newbyteorder("=")))
    return Picture(data=data, alpha=alpha, format="TIFF", is_image=True, notes=tuple(words))


def _keeps_every_bit(image: Image.Image) -> bool:
    tags = getattr(image, "tag_v2", {})
    bits, kinds = set(tags.get(_BITS, (1,))), set(tags.get(_FORMAT, (_UNSIGNED,)))
    samples = len(tags.get(_BITS, (1,)))
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO and image.mode != "1":
        return False
    eight = bits <= {1, 8} and kinds == {_UNSIGNED}
    return eight or (samples == 1 and (bits, kinds) in (({16}, {_UNSIGNED}), ({32}, {_FLOAT})) and image.mode[0] in "IF")

"""PNG with 16 bits a sample, which Pillow writes for grey only."""

import struct
import zlib

import numpy as np

from faltung.io.record import Array

_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # channels: grey, grey and alpha, RGB, RGBA
_UP = 2


def encode_16_bit(samples: Array) -> bytes:
    """Return the file of uint16 samples (rows, columns, channels); each row is stored as its difference to the one above."""
    rows, columns, channels = samples.shape
    data = samples.astype(">u2").view(np.uint8).reshape(rows, columns * channels * 2)
    lines = np.empty((rows, data.shape[1] + 1), np.uint8)
    lines[:, 0] = _UP
    lines[0, 1:] = data[0]
    lines[1:, 1:] = data[1:] - data[:-1]  # modulo 256
    header = struct.pack(">IIBBBBB", columns, rows, 16, _COLOUR_TYPES[channels], 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

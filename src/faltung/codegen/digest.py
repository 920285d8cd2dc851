"""SHA-256, from the module that takes least time to load.

`hashlib` loads OpenSSL, 3 ms of the first call of a process; it falls back to this module of CPython's own, as `random` does.
"""

try:
    from _sha2 import sha256  # type: ignore[import-not-found, unused-ignore]  # Python 3.12 and later
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from hashlib import sha256


def digest(data: bytes) -> bytes:
    """Return the 32 bytes."""
    found: bytes = sha256(data).digest()
    return found

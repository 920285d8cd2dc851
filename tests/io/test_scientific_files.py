"""mat, HDF5, safetensors and Zarr: numbers by name; nothing is unpickled, and no claim of a header is believed."""

import contextlib
import io
import json
import struct
import sys

import numpy as np
import pytest
from peers import peer
from scipy.io import savemat
from scipy.sparse import csc_array

from faltung.io import InputError, Picture, read, read_bytes

h5py, st = peer("h5py"), peer("safetensors.numpy")
RANDOM = np.random.default_rng(7)
X, K = RANDOM.integers(-50, 50, (5, 7)), np.array([[1.5, 2], [3, -4]])


def mat(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    savemat(buffer, arrays, do_compression=True)
    return buffer.getvalue()


def h5(build) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        build(file)
    return buffer.getvalue()


def matlab_73(build) -> bytes:
    """Return what MATLAB writes with -v7.3: HDF5 behind 512 bytes, the axes in reverse order."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=512) as file:
        build(file)
    return b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM" + bytes(384) + buffer.getvalue()[512:]


def dataset(file, name: str, data, **attributes) -> None:
    made = file.create_dataset(name, data=data)
    made.attrs.update(attributes)


def named(content: bytes, member: str | None = None) -> Picture:
    return read_bytes(content, "it", member=member)


@pytest.mark.parametrize("dtype", ["float64", "float32", "uint8", "int16", "uint64", "bool", "complex128", "complex64"])
def test_mat(dtype):
    given = (X % 2 if dtype == "bool" else X * (1 + 2j) if dtype.startswith("complex") else X).astype(dtype)
    found = named(mat(x=given, k=K), "x")
    assert (found.format, found.data.dtype) == ("MAT", dtype)
    assert np.array_equal(found.data, given)
    assert np.array_equal(named(mat(k=K)).data, K)


def test_mat_of_small_whole_numbers_in_class_double():
    """MATLAB stores those in fewer bytes; the class says what they are."""
    assert named(mat(x=np.arange(6.0).reshape(2, 3))).data.dtype == np.float64


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"s": "text"}, "class char; only full matrices of numbers"),
        ({"s": {"a": 1}}, "class struct"),
        ({"s": np.array([[1], "a"], dtype=object)}, "class cell"),
        ({"s": csc_array(np.eye(3))}, "class sparse"),
        ({"x": X, "k": K}, "holds 2 arrays (x, k); name one, as in it:x"),
    ],
)
def test_mat_refused(arrays, words):
    with pytest.raises(InputError) as caught:
        named(mat(**arrays))
    assert words in str(caught.value)


def test_hdf5():
    def build(file):
        file["plain"] = X
        file["group/k"] = K
        file.create_dataset("packed", data=X, chunks=(2, 3), compression="gzip")
        file["soft"] = h5py.SoftLink("/plain")
        file["elsewhere"] = h5py.ExternalLink("other.h5", "x")

    content = h5(build)
    assert np.array_equal(named(content, "plain").data, X)
    assert np.array_equal(named(content, "/group/k").data, K)
    assert np.array_equal(named(content, "packed").data, X)
    for name in ("soft", "elsewhere", "group"):
        with pytest.raises(InputError, match=rf"holds no array '{name}'; it holds group/k, packed, plain"):
            named(content, name)
    with pytest.raises(InputError, match="holds 3 arrays"):
        named(content)


def test_mat_73():
    def build(file):
        dataset(file, "x", X.T.astype(float), MATLAB_class=np.bytes_("double"))
        dataset(file, "mask", (X.T > 0).astype("u1"), MATLAB_class=np.bytes_("logical"))
        dataset(file, "z", np.array([(1, 2), (3, 4)], dtype=[("real", "f8"), ("imag", "f8")]), MATLAB_class=np.bytes_("double"))
        dataset(file, "text", np.array([97, 98], "u2"), MATLAB_class=np.bytes_("char"))
        dataset(file, "nothing", np.array([0, 3], "u8"), MATLAB_class=np.bytes_("double"), MATLAB_empty=1)
        dataset(file, "#refs#/a", X)

    content = matlab_73(build)
    found = named(content, "x")
    assert (found.format, found.data.flags.c_contiguous) == ("MAT", True)
    assert np.array_equal(found.data, X)
    assert named(content, "mask").data.dtype == bool
    assert np.array_equal(named(content, "mask").data, X > 0)
    assert named(content, "z").data.tolist() == [1 + 2j, 3 + 4j]
    for name, words in (("text", "class char"), ("nothing", "is empty"), ("#refs#/a", "holds no array")):
        with pytest.raises(InputError, match=words):
            named(content, name)


def hdf5_virtual(file):
    layout = h5py.VirtualLayout((5, 7), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "x", (5, 7))
    file.create_virtual_dataset("x", layout)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda file: file.create_dataset("x", (10**6, 10**6), "f8", chunks=(1000, 1000)), "above the limit"),
        (lambda file: file.create_dataset("x", (1000, 1000), "f8"), "promises 8,000,000 bytes of data and 0 are there"),
        (lambda file: file.create_dataset("x", (1000, 1000), "f8", chunks=(10, 10)), "was never written"),
        (lambda file: file.create_dataset("x", (3,), "f8", external=[("/etc/hostname", 0, 24)]), "in other files, which are not opened"),
        (hdf5_virtual, "in other files, which are not opened"),
        (lambda file: file.create_dataset("x", data=["a", "b"]), "texts or references"),
        (lambda file: file.create_dataset("x", data=np.zeros(2, [("a", "f8"), ("b", "i4")])), "which are no numbers"),
        (lambda file: file.create_dataset("x", data=h5py.Empty("f8")), "is empty"),
        (lambda file: None, "holds 0 arrays"),
    ],
)
def test_hdf5_refused(build, words):
    with pytest.raises(InputError, match=words) as caught:
        named(h5(build))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float32", "float64"])
def test_safetensors(dtype):
    given = RANDOM.integers(0, 2, (2, 3, 4)).astype(dtype)
    found = named(st.save({"conv.weight": given, "k": K}), "conv.weight")
    assert (found.format, found.data.dtype) == ("SAFETENSORS", dtype)
    assert np.array_equal(found.data, given)


def tensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def one(dtype: str, shape: object, size: int) -> dict[str, object]:
    return {"x": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}


def test_bfloat16_is_read_exactly():
    given = np.array([1, -2.5, 3.0e38, np.inf], np.float32)
    content = tensors(one("BF16", [4], 8), (given.view(np.uint32) >> 16).astype("<u2").tobytes())
    found = named(content).data
    assert found.dtype == np.float32
    assert np.array_equal(found, (given.view(np.uint32) >> 16 << 16).view(np.float32))


@pytest.mark.parametrize(
    "content",
    [
        tensors(one("F32", [4], 16), bytes(15)),
        tensors(one("F32", [4], 16), bytes(17)),
        tensors(one("F32", [2**40], 2**42)),
        tensors(one("F32", [2**63, 2**63], 16), bytes(16)),
        tensors(one("F32", [-4], 16), bytes(16)),
        tensors(one("PICKLE", [4], 16), bytes(16)),
        tensors({"x": 1}),
        tensors(b"{" + b"[" * 10_000),
        tensors(b"{}", length=2**63),
        tensors(b"{}", length=2**30),
        tensors(one("F32", [4], 16), bytes(16))[:20],
        tensors({}),
    ],
)
def test_hostile_headers_of_safetensors(content):
    with pytest.raises(InputError, match=r"truncated or broken|holds 0 arrays") as caught:
        named(content)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "content",
    [mat(x=X), mat(x=K), h5(lambda file: file.create_dataset("x", data=X)), st.save({"x": X}),
     h5(lambda file: file.create_dataset("x", data=X, chunks=(2, 3), compression="gzip"))],
    ids=["mat", "mat of floats", "HDF5", "safetensors", "packed HDF5"],
)  # fmt: skip
def test_damaged_and_truncated_files(content, capfd):
    for length in (*range(8, 60, 5), len(content) // 2, len(content) - 1):
        with pytest.raises(InputError) as caught:
            named(content[:length])
        assert len(str(caught.value).splitlines()) == 1
    for place in range(len(content)):  # whatever else is broken: an InputError or an array, nothing else, and silence
        damaged = bytearray(content)
        damaged[place] ^= (0xFF, 0x01, 0x80)[place % 3]
        with contextlib.suppress(InputError):
            read_bytes(bytes(damaged), "it", max_pixels=10**6)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "module", "extra"),
    [(h5(lambda file: file.create_dataset("x", data=X)), "h5py", "io"), (st.save({"x": X}), "safetensors", "weights")],
)
def test_what_is_missing_is_named(monkeypatch, content, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=rf"it needs {module}: pip install 'faltung\[{extra}\]'"):
        named(content)


@pytest.mark.parametrize("version", [2, 3])
def test_zarr(tmp_path, version):
    zarr = peer("zarr")
    group = zarr.open_group(str(tmp_path / "x.zarr"), mode="w", zarr_format=version)
    for name, data in (("x", X), ("deep/k", K)):
        array = group.create_array(name, shape=data.shape, dtype=data.dtype, chunks=(2, 2))
        array[...] = data
    assert np.array_equal(read(f"{tmp_path}/x.zarr:x").data, X)
    assert np.array_equal(read(f"{tmp_path}/x.zarr:deep/k").data, K)
    assert read(tmp_path / "x.zarr" / "x").format == "ZARR"
    for member, words in ((None, "is a Zarr group"), ("deep", "is a Zarr group"), ("y", "holds no array"), ("../x.zarr/x", "no array")):
        with pytest.raises(InputError, match=words):
            read(f"{tmp_path}/x.zarr" + (f":{member}" if member else ""))


PLAIN = {"shape": [4], "chunks": [4], "dtype": "<f8", "zarr_format": 2, "order": "C", "fill_value": 0, "filters": None, "compressor": None}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dtype": "|O"}, "Python objects"),
        ({"filters": [{"id": "pickle"}]}, "codec 'pickle'"),
        ({"filters": [{"id": "json2"}]}, "codec 'json2'"),
        ({"shape": [10**9], "chunks": [10]}, "above the limit"),
        ({"chunks": [10**9]}, "above the limit"),
        ({"shape": "x"}, "truncated or broken"),
        ({"shape": [-1]}, "shape"),
        ({}, "never written"),
    ],
)
def test_hostile_metadata_of_zarr(tmp_path, monkeypatch, change, words):
    monkeypatch.setitem(sys.modules, "zarr", None)  # refused before Zarr sees it
    (tmp_path / "x.zarr").mkdir()
    (tmp_path / "x.zarr" / ".zarray").write_text(json.dumps(PLAIN | change))
    with pytest.raises(InputError, match=words):
        read(tmp_path / "x.zarr")

"""Which library a function of the atlas belongs to, and what ran it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library: its name, how the names of its functions begin, and the names under which the proof has its versions.

    Parameters
    ----------
    name : str
        As people write it.
    prefixes : tuple of str
        Beginnings of function names; the longest one that fits decides.
    run_by : tuple of str
        What computed the answers that its dialects were compared with, where that is not the library of this name.
    """

    name: str
    prefixes: tuple[str, ...]
    run_by: tuple[str, ...] = ()

    @property
    def runners(self) -> tuple[str, ...]:
        return self.run_by or (self.name,)


LIBRARIES: tuple[Library, ...] = (
    Library(name="NumPy", prefixes=("numpy",)),
    Library(name="SciPy", prefixes=("scipy",)),
    Library(name="OpenCV", prefixes=("cv2",)),
    Library(name="PyTorch", prefixes=("torch",)),
    Library(name="Kornia", prefixes=("kornia",), run_by=("Kornia", "PyTorch")),
    Library(name="scikit-image", prefixes=("skimage",)),
    Library(name="dask-image", prefixes=("dask_image",)),
    Library(name="SimpleITK", prefixes=("SimpleITK",)),
    Library(name="Pillow", prefixes=("PIL",)),
    Library(name="libvips", prefixes=("pyvips",)),
    Library(name="JAX", prefixes=("jax",)),
    Library(name="Astropy", prefixes=("astropy",)),
    Library(name="MATLAB", prefixes=("matlab",)),
    Library(name="GNU Octave", prefixes=("octave",)),
    Library(name="R", prefixes=("r",)),
    Library(name="Mathematica", prefixes=("mathematica",)),
    Library(name="DSP.jl", prefixes=("julia.DSP",)),
    Library(name="ImageFiltering.jl", prefixes=("julia.ImageFiltering",)),
    Library(name="NNlib.jl", prefixes=("julia.NNlib",)),
    Library(name="Flux.jl", prefixes=("flux", "julia.Flux")),
    Library(name="Keras", prefixes=("keras",), run_by=("Keras", "PyTorch")),
    Library(name="FFmpeg", prefixes=("ffmpeg",)),
    Library(name="ImageMagick", prefixes=("imagemagick",)),
    Library(name="SVG", prefixes=("svg",), run_by=("resvg",)),
    Library(name="librsvg", prefixes=("librsvg",)),
    Library(name="Web Audio", prefixes=("web_audio",), run_by=("node-web-audio-api",)),
    Library(name="GEGL", prefixes=("gegl",)),
    Library(name="ONNX", prefixes=("onnx",), run_by=("ONNX Runtime",)),
    Library(name="MLX", prefixes=("mlx",)),
    Library(name="tinygrad", prefixes=("tinygrad",)),
    Library(name="TensorFlow", prefixes=("tensorflow",)),
    Library(name="Caffe", prefixes=("caffe",)),
    Library(name="MXNet", prefixes=("mxnet",)),
    Library(name="Darknet", prefixes=("darknet",)),
    Library(name="Theano", prefixes=("theano",)),
    Library(name="cuDNN", prefixes=("cudnn",)),
    Library(name="oneDNN", prefixes=("onednn",)),
    Library(name="Core ML", prefixes=("coremltools", "CoreML")),
    Library(name="CuPy", prefixes=("cupyx", "cupy")),
    Library(name="DirectML", prefixes=("DirectML",)),
)


def library_of(function: str) -> Library:
    """Return the library of a function; one named after the first part of its name where the table has none.

    Examples
    --------
    >>> from faltung.atlas_page.libraries import library_of
    >>> library_of("cv2.filter2D").name, library_of("julia.NNlib.conv").name
    ('OpenCV', 'NNlib.jl')
    """
    words = function.replace(" ", ".").split(".")
    for length in range(len(words), 0, -1):
        beginning = ".".join(words[:length])
        for library in LIBRARIES:
            if beginning in library.prefixes:
                return library
    return Library(name=words[0], prefixes=(words[0],))

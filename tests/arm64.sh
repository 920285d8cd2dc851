#!/bin/bash
# The package on an AArch64 processor that qemu imitates, on Debian or Ubuntu for x86-64:
#
#   bash tests/arm64.sh [what pytest takes ...]
#
# without arguments some 25 minutes of the tests below. Nothing is installed: Debian's arm64 Python and PyPI's aarch64 wheels are unpacked
# into $ARM64 (1 GB; /tmp/faltung-arm64), once. Threads run in the order of this machine's memory, which is stricter than ARM's, and times
# say nothing; tests/guard/test_interruption.py and test_memory.py, which measure time and memory of the emulator with it, fail.
set -euo pipefail
cd "$(dirname "$0")/.."
ARM64=${ARM64:-/tmp/faltung-arm64}
PYTHON=$ARM64/env/bin/python
LIBRARIES="numpy scipy llvmlite click rich pillow platformdirs pytest hypothesis"
TESTS="tests/codegen tests/parity/test_crew.py tests/parity/test_direct_ring.py tests/parity/test_narrow_exact.py
  tests/parity/test_separable.py tests/parity/test_separable_stored.py tests/parity/test_fourier_method.py tests/parity/test_methods.py"

unpack_debian() {
  if ! dpkg --print-foreign-architectures | grep -qx arm64; then
    echo 'tests/arm64.sh: this system knows no packages for arm64; as root: dpkg --add-architecture arm64 && apt-get update' >&2
    exit 1
  fi
  mkdir -p "$ARM64"/{debian,host,root/proc}
  local wanted
  wanted=$(apt-cache depends --recurse --no-{recommends,suggests,conflicts,breaks,replaces,enhances} python3:arm64 libstdc++6:arm64 | grep '^[a-z].*:arm64$' | sort -u)
  (cd "$ARM64/debian" && apt-get download -q qemu-user-static $wanted)
  local file
  for file in "$ARM64"/debian/*_arm64.deb; do dpkg -x "$file" "$ARM64/root"; done
  dpkg -x "$ARM64"/debian/qemu-user-static_*.deb "$ARM64/host"
}

# LLVM asks /proc/cpuinfo which ARM this is, and qemu would show it this machine's: here are the lines of a Neoverse N1.
describe_processor() {
  printf '%s\n' 'processor : 0' 'CPU implementer : 0x41' 'CPU part : 0xd0c' \
    'Features : fp asimd aes pmull sha1 sha2 crc32 atomics fphp asimdhp asimdrdm asimddp' > "$ARM64/root/proc/cpuinfo"
}

# A Python environment whose interpreter is a program of this machine, so that tests can start it too.
make_environment() {
  local version
  version=$(basename "$(readlink "$ARM64/root/usr/bin/python3")")
  local site=$ARM64/env/lib/$version/site-packages
  mkdir -p "$ARM64/env/bin" "$site"
  echo "home = $ARM64/root/usr/bin" > "$ARM64/env/pyvenv.cfg"
  printf '%s\n' '#!/bin/sh' "exec '$ARM64/host/usr/bin/qemu-aarch64-static' -L '$ARM64/root' -0 '$PYTHON' '$ARM64/root/usr/bin/$version' \"\$@\"" > "$PYTHON"
  chmod +x "$PYTHON"
  "${PIP_PYTHON:-.venv/bin/python}" -m pip install -q --target "$site" --only-binary :all: --python-version "${version#python}" \
    --platform manylinux2014_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux_2_28_aarch64 $LIBRARIES
}

if [ ! -e "$ARM64/made" ]; then
  unpack_debian
  describe_processor
  make_environment
  touch "$ARM64/made"
fi
export PYTHONPATH=src PYTHONPYCACHEPREFIX="$ARM64/pycache" FALTUNG_MEASURED=off
[ $# -gt 0 ] || set -- -m 'not slow and not heavy' $TESTS
exec nice "$PYTHON" -m pytest -q -p no:xdist -p no:cacheprovider -c pyproject.toml "$@"

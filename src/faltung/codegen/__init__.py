"""From Python to machine code: LLVM IR written as text, compiled for this machine and called through ctypes.

`host` says what the machine is and whether the process may run compiled code, `builder` writes the IR, `compile` turns it into a
function. Importing this package does not import llvmlite; the first compilation does.
"""

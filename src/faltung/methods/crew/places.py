"""What threads tell each other, as 64-bit integers in memory.

A **board** is one piece of work: a counter of calls already taken, how many there are, and their table. A row of the table is the address
of a function and what it is given: integers and addresses, of which the thread's own scratch is left out.

A **box** belongs to one helper. Its state goes

    ASLEEP -> POSTED -> WORKING -> IDLE -> ASLEEP        POSTED -> TAKEN_BACK -> IDLE        IDLE -> POSTED

Whoever posts exchanges the state for POSTED; where ASLEEP stood, the helper must be woken, which is for Python to do. Only the helper
goes to WORKING: a board whose post has been taken back is never touched, and may be forgotten.
"""

BOARD = ("taken", "calls", "table", "row")
"""Fields of a board: calls already taken, all calls, the table's address, bytes of a row."""
BOX = ("state", "board", "scratch", "turns", "found")
"""Fields of a box: as above, the board, the helper's scratch, the function that makes turns, and the state that a post has found."""
ASLEEP, IDLE, POSTED, WORKING, TAKEN_BACK = range(5)
LEAVE, SERVE = range(2)
"""Errands."""
X86, ARM = ("x86_64", "amd64", "i386", "i686"), ("arm64", "aarch64")
"""Machines by the names that `platform` has for them."""

"""The mark at a frame's end by which the load generator knows it, and tells how old it is.

    binary  ... | f8 KNOWN | f8 count | f8 due | f8 made           text  ..."mark":[count,due,made]}

Times are seconds of the machine's monotonic clock, which all processes share.
"""

from __future__ import annotations

import struct

KNOWN = 8.1729384756e87
"""No frame of the program ends in this number by chance."""
MARK = struct.Struct("<4d")
MARK_WORDS = 4
SEEN_AT_SENDER = 0.0
"""In place of a time: the frame answers a command, and the load generator itself knows when it sent that."""
TEXT_MARK = b'"mark":['

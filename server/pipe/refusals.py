"""One line in the log for what was refused, and no flood of lines for a flood of refusals.

The first refusal of a kind is written at once; those that follow within a minute are counted, and the next line says
how many there were. A kind is a code, who was refused and of which session; none holds what anybody sent.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable

PERIOD = 60.0
"""Seconds between two lines of one kind."""
MOST_KINDS = 1000
"""Kinds that are remembered; of more, the one that was written longest ago is forgotten with its count."""


class Refusals:
    """What was refused, by kind, and when each kind was last written."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._kinds: OrderedDict[tuple[str, ...], tuple[float, int]] = OrderedDict()
        """By kind: when a line was written, and how many refusals came since."""

    def note(self, message: str, *, detail: str = "", **facts: str) -> None:
        """Write or count one refusal; `detail` is a sentence of the program's own, the facts say of which kind."""
        kind = (message, *facts.values())
        now = self._clock()
        written, since = self._kinds.get(kind, (-PERIOD, 0))
        if now - written < PERIOD:
            self._kinds[kind] = written, since + 1
            return
        self._kinds[kind] = now, 0
        self._kinds.move_to_end(kind)
        if len(self._kinds) > MOST_KINDS:
            self._kinds.popitem(last=False)
        extra: dict[str, object] = {**facts}
        if since:
            extra["before"] = since
        if detail:
            extra["detail"] = detail
        self._log.warning(message, extra=extra)

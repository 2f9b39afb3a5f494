"""The program under the benches: `server.cli.program.serve` on a free port, its engine playing `tests.bench.scene`.

python -m tests.bench.program DIR
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from server.cli import program
from server.settings.config import Settings

ENGINE = ("-m", "tests.bench.scene")
MOST_VIEWERS = 10_000
"""The program's own limit would refuse some of 3,000 who come back before their old sockets are noticed to be gone."""


def main() -> int:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = Settings(port=0, data=Path(sys.argv[1]), device="cpu", max_viewers=MOST_VIEWERS)
    program.serve(settings, say=lambda text: print(text, flush=True), program=ENGINE)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The real program, gateway and engine, with the probe's scene: `python -m tests.server.probe_program [FLAGS]`."""

from __future__ import annotations

import argparse
import os

from server.cli import program
from server.gateway.hub import Timing
from server.pipe.watchdog import PATIENCE, Patience
from server.settings import config

ENGINE = ("-m", "tests.server.probe")
"""The words behind the interpreter that start an engine with the probe's scene."""


def main() -> None:
    """Serve until a signal comes, as `gnn-live` does."""
    parser = argparse.ArgumentParser(argument_default=argparse.SUPPRESS)
    config.add_flags(parser)
    parser.add_argument("--patience", nargs=2, type=float, default=(PATIENCE.silent, PATIENCE.hung))
    flags = parser.parse_args()
    silent, hung = flags.patience
    timing = Timing(engine=Patience(silent, hung))
    program.serve(
        config.settings(flags, os.environ), lambda text: print(text, flush=True), program=ENGINE, timing=timing
    )


if __name__ == "__main__":
    main()

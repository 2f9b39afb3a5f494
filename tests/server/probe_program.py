"""The real program, gateway and engine, with the probe's scene: `python -m tests.server.probe_program [FLAGS]`."""

from __future__ import annotations

import argparse
import os

from server import config, program

ENGINE = ("-m", "tests.server.probe")
"""The words behind the interpreter that start an engine with the probe's scene."""


def main() -> None:
    """Serve until a signal comes, as `gnn-live` does."""
    parser = argparse.ArgumentParser(argument_default=argparse.SUPPRESS)
    config.add_flags(parser)
    settings = config.settings(parser.parse_args(), os.environ)
    program.serve(settings, lambda text: print(text, flush=True), program=ENGINE)


if __name__ == "__main__":
    main()

"""The command line: `gnn-live` serves; `new`, `link`, `export`, `import`, `types` and `replay` follow its name.

Only the commands that run models (`engine`, `types`, `replay`) import torch, and only once they are chosen.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from server.disk.keys import SecretError
from server.disk.store import StoreError
from server.protocol.names import BadName
from server.settings import config, logs
from server.settings.config import ConfigError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    # A letter that this terminal cannot show is no reason to end.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace" if stream is sys.stdout else "backslashreplace")
    flags = _parser().parse_args(arguments)
    try:
        log_format, log_level = config.log_settings(flags, os.environ)
    except ConfigError as error:
        return _sorry(error)
    logs.begin(log_format, log_level)
    os.environ.update(GNN_LIVE_LOG_FORMAT=log_format, GNN_LIVE_LOG_LEVEL=log_level)  # the engine's log is like ours
    command: str = getattr(flags, "command", None) or "serve"
    if command == "types":
        from server.cli import typegen

        return typegen.main(check=flags.check)
    if command == "replay":
        from server.engine import replay

        return replay.main(flags.log, getattr(flags, "session", None))
    if command == "engine":
        from server.engine import headstart

        workers = headstart.workers(flags.device, flags.data, cold=flags.cold)  # before torch is loaded here
        from server.engine import process

        return process.main(flags.fd, flags.data, flags.device, flags.number, cold=flags.cold, workers=workers)
    return _without_models(command, flags)


def _without_models(command: str, flags: argparse.Namespace) -> int:
    from server.cli import program

    try:
        settings = config.settings(flags, os.environ)
        if command == "serve":
            program.serve(settings, say=lambda text: print(text, flush=True))
        elif command == "new":
            print(program.new(settings, flags.id, getattr(flags, "lecture", None)))
        elif command == "export":
            print(program.export(settings, flags.id, flags.file))
        elif command == "import":
            print(program.bring(settings, flags.file, getattr(flags, "id", None)))
        else:
            print(program.link(settings, flags.id))
    except (ConfigError, BadName, SecretError, StoreError, program.ProgramError) as error:
        return _sorry(error)
    return 0


def _sorry(error: Exception) -> int:
    print(f"gnn-live: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gnn-live", description=__doc__.splitlines()[0] if __doc__ else "", argument_default=argparse.SUPPRESS
    )
    config.add_flags(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words, argument_default=argparse.SUPPRESS)

    config.add_flags(command("serve", "start gateway and engine (this is what gnn-live alone does)"))
    new = command("new", "make a session and print its links")
    config.add_flags(new)
    new.add_argument("id", help="the ID that students will type")
    new.add_argument("--lecture", help="name of a lecture plan")
    link = command("link", "print a session's links again")
    config.add_flags(link)
    link.add_argument("id")
    export = command("export", "write a session's log into a file that replay reads")
    config.add_flags(export)
    export.add_argument("id")
    export.add_argument("file", type=Path, help="a new file")
    bring = command(
        "import", "bring a session back from a file that export wrote, or from another data directory's log"
    )
    config.add_flags(bring)
    bring.add_argument("file", type=Path)
    bring.add_argument("id", nargs="?", help="which session, where the file holds several")
    types = command("types", "write the browser's types from the Python ones")
    types.add_argument("--check", action="store_true", default=False, help="only say whether they are fresh")
    replay = command("replay", "play a log again and compare what was sent")
    replay.add_argument("log", type=Path, help="a data directory, or its log file")
    replay.add_argument("session", nargs="?", help="one session of it (default: all)")
    engine = command("engine", "the process that runs the models; started by the gateway")
    engine.add_argument("--fd", type=int, required=True)
    engine.add_argument("--data", type=Path, required=True)
    engine.add_argument("--device", required=True)
    engine.add_argument("--number", type=int, default=0, help="which of the engines, from 0")
    engine.add_argument("--cold", action="store_true", default=False, help="do not warm the scenes up")
    return parser


if __name__ == "__main__":
    sys.exit(main())

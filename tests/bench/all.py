"""Every bench of delivery in turn, and the rows of the table in `tests/bench/README.md`.

    .venv/bin/python -m tests.bench.all [--quick] [--only fanout,step] [--all-figures]

About forty minutes at the issue's figures on a quiet machine. `--quick` only shows that everything runs: few viewers,
one or two pairs, and so no verdict. Each bench is a process of its own; one that fails costs its rows alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.pairs import Row, machine
from tests.bench.running import ROOT

QUICK = {
    "fanout": ("--viewers", "50", "--pairs", "1", "--seconds", "1"),
    "step": ("--viewers", "50", "--pairs", "1", "--seconds", "2"),
    "stalled": ("--viewers", "40", "--pairs", "1", "--seconds", "2", "--watch", "30"),
    "slow_phone": ("--viewers", "5", "--pairs", "1", "--seconds", "4"),
    "reconnect": ("--viewers", "50", "--many", "100", "--pairs", "1"),
    "training": ("--viewers", "20", "--pairs", "1", "--seconds", "2"),
    "busy_engine": ("--viewers", "5", "--pairs", "1", "--seconds", "3"),
    "joins": ("--viewers", "50", "--seconds", "6"),
    "turns": ("--viewers", "20", "--pairs", "1", "--steps", "3"),
    "leaves": ("--viewers", "10", "--pairs", "1", "--leaves", "20"),
    "memory": ("--viewers", "100", "--pairs", "1", "--seconds", "1"),
}
"""Every bench, in the order of the issue's table."""


def ran(name: str, words: tuple[str, ...], file: Path) -> tuple[list[Row], list[str]]:
    """The figures of one bench, and what was measured in words."""
    done = subprocess.run([sys.executable, "-m", f"tests.bench.{name}", *words, "--rows", str(file)], cwd=ROOT)
    if not file.exists():
        return [], [f"did not run to its end (exit status {done.returncode})"]
    found = json.loads(file.read_text())
    return [Row(**{**row, "values": tuple(row["values"])}) for row in found["rows"]], found["notes"]


def main() -> int:
    """Run them and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few viewers, no verdicts")
    parser.add_argument("--only", default=",".join(QUICK), help="names of benches, with commas")
    parser.add_argument("--all-figures", action="store_true", help="also those without a bar in the table")
    chosen = parser.parse_args()
    lines = ["| bench | figure | median [95 % interval] | bar | |", "|---|---|---|---|---|"]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.only.split(","):
            print(f"\n--- {name}", flush=True)
            rows, notes = ran(name, QUICK[name] if chosen.quick else (), Path(folder) / f"{name}.json")
            failed = failed or not rows or any(row.verdict == "missed" for row in rows)
            lines.append(f"| `{name}` | {'; '.join(notes)} | | | |")
            for row in rows:
                if row.bar is not None or chosen.all_figures:
                    lines.append(f"| | {row.what} | {row.told} | {row.asked} | {row.verdict} |")
    print(f"\n{machine()}\n")
    print("\n".join(lines))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

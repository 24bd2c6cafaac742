"""Calibration as a published table.

    python -m benchmarks.calibration --prior 200 --known 40 --blind 20

Every world is a JSON line in ``--out``; a run that was broken off goes on where it stopped, and
``--table`` prints what is there without fitting. The text goes into docs/calibration.md.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.calibration import blind_tests, known_worlds, prior_worlds
from benchmarks.calibration.tables import blind_table, known_table, prior_table


def main() -> int:
    options = _options()
    if not options.table:
        for _ in _work(options.prior, options.known, options.blind, options.out):
            pass
    for lines in (prior_table(options.out), known_table(options.out), blind_table(options.out)):
        print("\n".join(lines), end="\n\n")
    return 0


def _work(prior: int, known: int, blind: int, out: Path) -> Iterator[object]:
    """A small part of every table first, so that a run that is cut off has something of each."""
    for share in (0.1, 0.3, 1.0):
        yield from prior_worlds.run(round(share * prior), out) if prior else ()
        for table in known_worlds.TABLES if known else ():
            yield from known_worlds.run(table, max(round(share * known), 1), out)
        yield from blind_tests.run(round(share * blind), out) if blind else ()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="calibration", description=__doc__.split("\n")[0])
    parser.add_argument("--prior", type=int, default=200, help="worlds drawn from the prior")
    parser.add_argument("--known", type=int, default=40, help="worlds of each known kind")
    parser.add_argument("--blind", type=int, default=20, help="tests predicted blind")
    parser.add_argument("--out", type=Path, default=Path("calibration.jsonl"))
    parser.add_argument("--table", action="store_true", help="print what is there, fit nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""Seconds of an allocation against the peers': same world, same posterior size, one run, medians.

    python -m benchmarks.allocate_vs_peers --world national --peers pymc-marketing,meridian \\
        --repeats 3 --peer-env pymc-marketing=PATH

Every repeat fits and allocates in a fresh process of each tool, alternating. A first allocation
holds everything from the posterior to the plan (tabulation and certificate included), a further one
is for another budget on the same horizon. Exit status 1 where a target is missed; the last line
says which.
"""

import argparse
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.first_table import CONCAVE, OWN, PEERS, Record, peer, run
from benchmarks.worlds import SIZES

TARGETS = {
    "regional": {OWN: (50.0, 50.0)},
    "national": {OWN: (20.0, 50.0), CONCAVE: (20.0, 100.0)},
}
USUAL = {OWN: (20.0, 50.0)}
"""How many times faster than a peer a first and a further allocation should be, by our curves:
S-shaped ones, and, where it says so, concave ones beside them."""
PROVED = 1e-3
OBJECTIVES = ("expected", "cvar")


def main() -> None:
    options = _options()
    targets = TARGETS.get(options.world, USUAL)
    pythons = dict.fromkeys(targets, sys.executable) | dict(options.peer_env)
    peers = [name for name in options.peers if name in pythons]
    records: list[Record] = []
    for repeat in range(options.repeats):
        for tool in [*targets, *peers]:
            print(f"{tool}, repeat {repeat + 1} ...", file=sys.stderr, flush=True)
            seed = options.seed or SIZES[options.world]["seed"]
            numbers = [seed, options.draws, options.tune, options.chains]
            records += run(tool, pythons[tool], [options.world, *map(str, numbers)])
    print("| objective | tool | first s | next s | gap | first: times faster | next |")
    print("|---|---|---|---|---|---|---|")
    missed = [each for own in targets for each in _rows(records, own, peers, targets[own])]
    without = [name for name in options.peers if name not in pythons]
    missing = f"; not run: {', '.join(without)}" if without else ""
    verdict = f"missed: {'; '.join(missed)}" if missed else "every target met"
    print(f"allocate_vs_peers {options.world}: {verdict}{missing}")
    sys.exit(1 if missed else 0)


def _rows(
    records: list[Record], own: str, peers: list[str], wanted: tuple[float, float]
) -> Iterator[str]:
    """Prints the rows of one of ours and of the peers beside it; yields what is missed."""
    for objective in OBJECTIVES:
        mine = [r for r in records if r["tool"] == own and r.get("objective") == objective]
        first = _median(mine, "allocate", "allocate_seconds")
        again = _median(mine, "again", "seconds")
        gaps = [r["gap"] for r in mine if r["what"] == "again"]
        gap = max((g for g in gaps if g is not None), default=float("nan"))
        print(f"| {objective} | {own} | {first:.3f} | {again:.3f} | {gap:.2%} | | |")
        if not gap <= PROVED:
            yield f"{own}, {objective}: gap {gap:.2%}"
        for tool in peers:
            theirs = [r for r in records if r["tool"] == tool and r.get("objective") == objective]
            seconds = _median(theirs, "allocate", "allocate_seconds")
            ratios = (seconds / first, seconds / again)
            print(
                f"| {objective} | {tool} | {seconds:.2f} | | | {ratios[0]:.0f} | {ratios[1]:.0f} |"
            )
            for name, ratio, least in zip(("first", "next"), ratios, wanted, strict=True):
                if seconds == seconds and not ratio >= least:
                    yield f"{own}, {objective}, {name}: {ratio:.1f} times {tool}, {least:g} asked"


def _median(records: list[Record], what: str, name: str) -> float:
    found = [record[name] for record in records if record["what"] == what]
    return float(median(found)) if found else float("nan")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="allocate_vs_peers", description=__doc__.split("\n")[0])
    parser.add_argument("--world", choices=sorted(SIZES), default="national")
    parser.add_argument("--seed", type=int, default=0, help="default: the world's own")
    parser.add_argument("--peers", type=lambda text: text.split(","), default=PEERS)
    parser.add_argument("--peer-env", type=peer, action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--tune", type=int, default=500)
    parser.add_argument("--chains", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    main()

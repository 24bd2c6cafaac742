"""What plans truly earn against the peers': paired worlds of known truth, by aversion to risk.

    python -m benchmarks.plans_vs_peers --worlds small:101-110,national:201-206 \\
        --peers pymc-marketing --peer-env pymc-marketing=PATH

Every tool fits the same world and plans 13 weeks of the same total within the same bounds; the plan
is valued by the simulator. The gain that plans capture is pooled over worlds (1: the best plan, 0:
as today); a world is harmed where a plan truly earns less than today's. Exit status 1 where a
target is missed; the last line says which.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.first_table import OWN, PEERS, Record, peer, run, seeds
from benchmarks.score import pooled

AVERSIONS = {"expected": "0", "half": "0.5", "cvar": "1"}


def main() -> None:
    options = _options()
    pythons = {OWN: sys.executable} | dict(options.peer_env)
    tools = [OWN, *(name for name in options.peers if name in pythons)]
    records: list[Record] = []
    with options.out.open("w", encoding="utf-8") as lines:
        for world, seed in options.worlds:
            for tool in tools:
                print(f"{tool} on {world}, seed {seed} ...", file=sys.stderr, flush=True)
                numbers = [seed, options.draws, options.tune, options.chains]
                for record in run(tool, pythons[tool], [world, *map(str, numbers)]):
                    records.append(record)
                    lines.write(json.dumps(record) + "\n")
                    lines.flush()
    missed: list[str] = []
    for size in dict.fromkeys(world for world, _ in options.worlds):
        missed += _table(size, [r for r in records if r["size"] == size], tools)
    without = [name for name in options.peers if name not in pythons]
    missing = f"; not run: {', '.join(without)}" if without else ""
    verdict = f"missed: {'; '.join(missed)}" if missed else "every target met"
    print(f"plans_vs_peers: {verdict}{missing}")
    sys.exit(1 if missed else 0)


def _table(size: str, records: list[Record], tools: list[str]) -> Iterator[str]:
    """Prints the table of one kind of world; yields what is missed."""
    print(f"\n{size}\n\n| risk aversion | tool | worlds | gain captured | harmed | harmed seeds |")
    print("|---|---|---|---|---|---|")
    for objective, aversion in AVERSIONS.items():
        found = {tool: _plans(records, tool, objective) for tool in tools}
        for tool, plans in found.items():
            if plans:
                captured, harmed = pooled(plans)
                where = ", ".join(
                    _harm(plan) for plan in plans if plan["plan"] < plan["status_quo"]
                )
                print(
                    f"| {aversion} | {tool} | {len(plans)} | {captured:.2f} | {harmed} | {where} |"
                )
        yield from _missed(size, objective, found)


def _plans(records: list[Record], tool: str, objective: str) -> list[Record]:
    return [
        r
        for r in records
        if (r["tool"], r["what"], r.get("objective")) == (tool, "allocate", objective)
    ]


def _harm(plan: Record) -> str:
    """A seed, what was said of the plan, and what it loses of what there was to gain."""
    lost = (plan["status_quo"] - plan["plan"]) / (plan["best"] - plan["status_quo"])
    return f"{plan['seed']} ({plan.get('status', 'plan')}, -{lost:.0%})"


def _missed(size: str, objective: str, found: dict[str, list[Record]]) -> Iterator[str]:
    own = found.get(OWN, [])
    for tool, plans in found.items():
        if tool == OWN or not plans or not own:
            continue
        shared = {plan["seed"] for plan in plans}
        paired = [plan for plan in own if plan["seed"] in shared]
        mine, theirs = pooled(paired), pooled(plans)
        if not mine[0] > theirs[0]:
            yield f"{size} {objective}: captured {mine[0]:.2f}, {tool} {theirs[0]:.2f}"
        if mine[1] > theirs[1]:
            yield f"{size} {objective}: {mine[1]} harmed, {tool} {theirs[1]}"


def _worlds(text: str) -> list[tuple[str, int]]:
    parts = (part.partition(":") for part in text.split(","))
    return [(size, seed) for size, _, numbers in parts for seed in seeds(numbers)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="plans_vs_peers", description=__doc__.split("\n")[0])
    parser.add_argument("--worlds", type=_worlds, default="small:101-110,national:201-206")
    parser.add_argument("--peers", type=lambda text: text.split(","), default=PEERS)
    parser.add_argument("--peer-env", type=peer, action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--tune", type=int, default=1000)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--out", type=Path, default=Path("plans.jsonl"))
    return parser.parse_args()


if __name__ == "__main__":
    main()

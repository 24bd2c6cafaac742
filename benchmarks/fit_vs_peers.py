"""Fits side by side: this project and its peers, same worlds, one after another, in one run.

    python -m benchmarks.fit_vs_peers --world national --peers pymc-marketing,meridian \\
        --repeats 3 --peer-env pymc-marketing=PATH --peer-env meridian=PATH

PATH is a peer's virtual environment. Every run is a new process that ends with its model stored;
one run of each tool ahead of the measured ones fills the caches that the tool keeps on disk. Then
this project's service fits twice. The last line is a summary; the exit status is 1 where a target
is missed.

``--quality small:1-10,national:1-6`` fits those worlds once with every tool and compares the errors
and the intervals instead.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from app.client import Client
from app.demo.service import own_service
from benchmarks.first_table import OWN, PEERS, Record, peer, run, seeds
from benchmarks.fit_tables import (
    medians,
    quality_missed,
    quality_table,
    speed_missed,
    speed_table,
)
from benchmarks.ours import spec_of
from benchmarks.worlds import SIZES, make


def main() -> None:
    options = _options()
    pythons = {OWN: sys.executable} | {
        name: python for name, python in options.peer_env if name in options.peers
    }
    if options.quality:
        records = list(_quality(options, pythons))
        print("\n".join(quality_table(records, list(pythons))))
        missed = list(quality_missed(records, list(pythons)))
    else:
        middle = medians(list(_speed(options, pythons)))
        if OWN in middle and not options.no_service:
            middle[OWN]["second_fit_seconds"] = second_fit_seconds(options)
        print("\n".join(speed_table(middle)))
        missed = list(speed_missed(options.world, middle))
    print("all targets met" if not missed else "missed: " + "; ".join(missed))
    raise SystemExit(1 if missed else 0)


def _speed(options: argparse.Namespace, pythons: dict[str, str]) -> Iterator[Record]:
    seed = options.seed or SIZES[options.world]["seed"]
    for repeat in range(options.repeats + 1):
        for tool, python in pythons.items():
            record = _fit(tool, python, options.world, seed, options)
            _say(f"{tool}, run {repeat}: {record['wall_seconds']:.1f} s")
            if repeat:
                yield record


def _quality(options: argparse.Namespace, pythons: dict[str, str]) -> Iterator[Record]:
    for part in options.quality.split(","):
        size, _, numbers = part.partition(":")
        for seed in seeds(numbers):
            for tool, python in pythons.items():
                record = _fit(tool, python, size, seed, options)
                _say(f"{tool} on {size} {seed}: error {record['mape']:.2f}")
                yield record


def _fit(tool: str, python: str, world: str, seed: int, options: argparse.Namespace) -> Record:
    numbers = [seed, options.draws, options.tune, options.chains]
    with tempfile.TemporaryDirectory() as folder:
        arguments = [world, *map(str, numbers), str(Path(folder) / "model.nc")]
        began = perf_counter()
        (record,) = run(tool, python, arguments)
        return record | {"wall_seconds": perf_counter() - began}


def second_fit_seconds(options: argparse.Namespace) -> float:
    """From the request to the stored model, in a service that has fitted this structure before."""
    world = make(options.world, options.seed or None)
    spec = spec_of(world).model_dump(mode="json", by_alias=True, exclude_unset=True)
    sampling = {name: getattr(options, name) for name in ("draws", "tune", "chains")}
    folder = tempfile.TemporaryDirectory()
    with folder as cache, own_service(Path(cache)) as url, Client(url) as client:
        dataset = client.create_dataset(world.frame.to_csv(index=False).encode()).id
        data = {"dataset_id": dataset}
        for _ in range(2):
            began = perf_counter()
            client.wait(client.fit(data, spec, sampling), every=0.1)
            seconds = perf_counter() - began
            _say(f"service: {seconds:.1f} s")
    return seconds


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fit_vs_peers", description=__doc__.split("\n")[0])
    parser.add_argument("--world", choices=sorted(SIZES), default="national")
    parser.add_argument("--seed", type=int, default=0, help="default: the world's own")
    parser.add_argument("--peers", type=lambda text: text.split(","), default=PEERS)
    parser.add_argument("--peer-env", type=peer, action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--tune", type=int, default=1000)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--quality", default="", metavar="SIZE:SEEDS,...")
    parser.add_argument("--no-service", action="store_true", help="skip the service's second fit")
    return parser.parse_args()


if __name__ == "__main__":
    main()

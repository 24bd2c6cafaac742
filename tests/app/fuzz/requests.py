"""Mutants of requests: of their bodies, paths, query parameters and headers, and of tables."""

import json
import random
from dataclasses import replace
from urllib.parse import quote

from tests.app.fuzz.mutate import NUMBERS, TEXTS, Mutator, encoded, vocabulary
from tests.app.fuzz.parquet import odd_columns, written
from tests.app.fuzz.seeds import (
    CSV,
    PARQUET,
    Seed,
    model_seeds,
    question_seeds,
    reading_seeds,
    table_seeds,
    weekly_seeds,
)
from tests.app.fuzz.world import PLACEHOLDER, Mutant, World
from tests.mmm.fakes import table

IDS = (
    "%00", "%0A", "%7F", "%FF", "%F0%9F%98%80", "%C3%A9", "%20", "..%2F..", "a" * 101, "a" * 3000,
    "mdl_00000000000000000000000000", "MDL_x", "null", "-", ".", "~", "a%00b", "%25", "'", '"',
    "mdl_%0A", ":cancel", "x:stop", "%2e%2e", ";", "a%3Fb", "a%23b",
)  # fmt: skip
HEADERS = (
    "If-None-Match", "Idempotency-Key", "Authorization", "Prefer", "Accept", "Accept-Language",
    "Content-Type", "Last-Event-ID", "X-Request-ID", "Range", "If-Range", "Origin", "Cookie",
    "Accept-Encoding", "Content-Encoding", "X-Forwarded-For", "Expect", "If-Modified-Since",
)  # fmt: skip
HEADER_VALUES = (
    b"", b"*", b"\xff\xfe", b"\xe9", b"caf\xc3\xa9", b'"', b'W/"', b'W/"x", *', b"a" * 2001,
    b"a" * 20000, b"Bearer", b"Bearer prudent_", b"Bearer prudent_\xff", b"Bearer a.b.c",
    b"Bearer \xff.\xff.\xff", b"wait=10000", b"wait=-1", b"WAIT=1", b"RESPOND-ASYNC",
    b"respond-async;wait=1", b"wait=1e9", b"text/csv;q=nan", b"text/csv;q=1e999", b"*/*;q=",
    b"application/json;q=0,text/csv;q=-1", b"bytes=0-0", b"bytes=-1", b"bytes=9999999999999-",
    b"bytes=0-0,5-5", b"bytes=a-b", b"99999999999999999999", b"-1", b"application/json; charset=x",
    b"text/csv; charset=utf-16", b"100-continue", b"null", b"en-GB,en;q=nan", b"0x10",
    b"\xef\xbc\x91", b"application/vnd.apache.parquet",
)  # fmt: skip
PARAMETERS = (
    "limit", "page_token", "by", "format", "id", "plan_id", "name", "priority", "validate_only",
    "unknown",
)  # fmt: skip
KINDS = {"body": 75, "path": 6, "query": 5, "header": 7, "table": 7}
"""How often each kind is made, in a hundred."""


def all_seeds() -> list[Seed]:
    """Every seed, of all calls."""
    parts = (question_seeds, weekly_seeds, model_seeds, table_seeds, reading_seeds)
    return [seed for part in parts for seed in part()]


class Mutants:
    """Makes mutants of the seeds' requests, the same for the same state of ``rng``."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world, self.rng, self.all = world, rng, all_seeds()
        self.with_body = [seed for seed in self.all if seed.body is not None]
        self.mutator = Mutator(vocabulary([seed.body for seed in self.with_body]))

    def one(self) -> Mutant:
        """The next mutant."""
        (kind,) = self.rng.choices(list(KINDS), list(KINDS.values()))
        made: Mutant = getattr(self, f"_{kind}")()
        return made

    def _body(self) -> Mutant:
        seed = self.rng.choice(self.with_body)
        filled = json.loads(self.world.filled(json.dumps(seed.body)))
        content = encoded(self.mutator.mutant(filled, self.rng))
        return replace(self.world.plain(seed), kind="body", content=content)

    def _path(self) -> Mutant:
        seed = self.rng.choice([seed for seed in self.all if PLACEHOLDER.search(seed.path)])
        path = PLACEHOLDER.sub(lambda _: self.rng.choice(IDS), seed.path)
        method = self.rng.choice((seed.method, seed.method, "DELETE", "PATCH", "HEAD"))
        return replace(self.world.plain(seed), kind="path", path=path, method=method)

    def _query(self) -> Mutant:
        start = self.world.plain(self.rng.choice(self.all))
        odd = [text for text in (*TEXTS, *NUMBERS) if isinstance(text, str | int | float)]
        value = quote(str(self.rng.choice(odd))[:2000]) if self.rng.random() < 0.9 else "%FF%00"
        joined = "&" if "?" in start.path else "?"
        name = self.rng.choice(PARAMETERS)
        return replace(start, kind="query", path=f"{start.path}{joined}{name}={value}")

    def _header(self) -> Mutant:
        start = self.world.plain(self.rng.choice(self.all))
        name, value = self.rng.choice(HEADERS), self.rng.choice(HEADER_VALUES)
        return replace(start, kind="header", headers={**start.headers, name: value})

    def _table(self) -> Mutant:
        kind = self.rng.choice((CSV, CSV, PARQUET))
        content = odd_csv(self.rng) if kind == CSV else odd_parquet(self.rng)
        return Mutant("table", "table", "POST", "/v1/datasets", content, {"Content-Type": kind})


def odd_csv(rng: random.Random) -> bytes:
    """A table with some of its bytes or cells replaced."""
    text = table(12).to_csv(index=False)
    if rng.random() < 0.5:
        odd = [item for item in (*TEXTS, *NUMBERS) if isinstance(item, str | int | float)]
        lines = text.splitlines()
        for _ in range(rng.choice((1, 3))):
            row = rng.randrange(len(lines))
            cells = lines[row].split(",")
            cells[rng.randrange(len(cells))] = str(rng.choice(odd))
            lines[row] = ",".join(cells)
        return "\n".join(lines).encode("utf-8", "surrogatepass")
    content = bytearray(text.encode())
    for _ in range(rng.choice((1, 5, 50))):
        content[rng.randrange(len(content))] = rng.choice((0, 10, 34, 44, 255, 128, 13, 239))
    return bytes(content)


def odd_parquet(rng: random.Random) -> bytes:
    """A Parquet file with columns of odd types or cells; in three of ten a byte is replaced."""
    columns = odd_columns()
    names = rng.sample(sorted(columns), 2)
    content = bytearray(written({name: columns[name] for name in names}))
    if rng.random() < 0.3:
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)

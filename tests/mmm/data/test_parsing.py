"""Tables and specifications that nobody would send: refused with their reasons, never a crash."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm.checks.prior import precheck
from mmm.data.panel import build_panel
from mmm.data.profile import profile_table
from mmm.errors import MmmError
from mmm.spec.model import parse_spec
from mmm.tables.formats import CSV, JSON, PARQUET
from mmm.tables.read import read_table
from tests.mmm.fakes import RICH, table

LINES = table(20).to_csv(index=False).splitlines()
ODD = ["", "0", "-1", "1e999", "nan", "2022-01-03", "x", '"', "=1", "\ufeff", "\0"]
CELLS = st.sampled_from(ODD)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | CELLS
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@st.composite
def mutated_csv(draw) -> bytes:
    """A good table with some cells, lines or bytes replaced."""
    lines = [line.split(",") for line in LINES]
    for _ in range(draw(st.integers(0, 4))):
        row = draw(st.integers(0, len(lines) - 1))
        lines[row][draw(st.integers(0, len(lines[row]) - 1))] = draw(CELLS | st.text(max_size=6))
    text = "\n".join(",".join(line) for line in lines).encode("utf-8", "replace")
    cut = draw(st.integers(0, len(text)))
    noise: bytes = draw(st.binary(max_size=6))
    return text[:cut] + noise + text[cut + draw(st.integers(0, 40)) :]


@st.composite
def mutated_spec(draw) -> object:
    """The specification with a part of it replaced by anything."""
    spec = json.loads(json.dumps(RICH))
    place = spec
    key = draw(st.sampled_from(sorted(spec)))
    while isinstance(place[key], dict) and place[key] and draw(st.booleans()):
        place, key = place[key], draw(st.sampled_from(sorted(place[key])))
    place[key] = draw(DOCUMENTS)
    return spec


CONTENT = st.one_of(
    st.tuples(mutated_csv(), st.just(CSV)),
    st.tuples(st.binary(max_size=60), st.sampled_from([CSV, JSON, PARQUET])),
    st.tuples(DOCUMENTS.map(lambda d: json.dumps({"rows": [d]}).encode()), st.just(JSON)),
)


def swallow(content: bytes, kind: str, document: object) -> None:
    """The way of a request's data and model up to the queue; what it raises is of our tree."""
    try:
        frame = read_table(content, kind).frame
        profile_table(frame).model_dump_json()
        spec = parse_spec(document)
        precheck(spec, build_panel(frame, spec))
    except MmmError:
        pass


@given(CONTENT, st.just(RICH) | mutated_spec())
def test_no_table_and_no_specification_is_a_crash(sent, document) -> None:
    content, kind = sent
    swallow(content, kind, document)


@pytest.mark.slow
@settings(max_examples=1_000)
@given(CONTENT, st.just(RICH) | mutated_spec())
def test_a_thousand_tables_and_specifications_are_no_crash(sent, document) -> None:
    content, kind = sent
    swallow(content, kind, document)


@pytest.mark.proof
@settings(max_examples=10_000)
@given(CONTENT, st.just(RICH) | mutated_spec())
def test_ten_thousand_tables_and_specifications_are_no_crash(sent, document) -> None:
    content, kind = sent
    swallow(content, kind, document)

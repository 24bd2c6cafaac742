"""What the service counts and times, for Prometheus; one process, one set of these numbers.

Names begin with ``prudent_``. Labels come from closed sets (route templates, stages, kinds), so
that callers cannot make their number grow.
"""

from prometheus_client import Counter

CHECKSUM_FAILURES = Counter(
    "prudent_artefact_checksum_failures",
    "Stored files whose bytes were not those of their name when they were opened.",
    ["place"],
)
"""``place``: store (what was kept) or cache (a local copy, fetched again)."""

ARTEFACT_CACHE = Counter(
    "prudent_artefact_cache",
    "Artefacts of an object store that were found as a local copy (hit) or fetched (miss).",
    ["result"],
)

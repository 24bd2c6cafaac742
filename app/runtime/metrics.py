"""The Prometheus metrics of a process.

Labels come from closed sets (route templates, stages, kinds), so callers cannot increase their
number.
"""

from prometheus_client import Counter, Gauge, Histogram

_REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STAGE_BUCKETS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"

REQUESTS = Counter(
    "prudent_http_requests", "Requests answered, by route template.", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "prudent_http_request_seconds",
    "Time until a request was completely answered, event streams included.",
    ["method", "route"],
    buckets=_REQUEST_BUCKETS,
)
JOBS = Counter(
    "prudent_jobs",
    "Attempts of jobs that ended in this process: succeeded, failed, retried, cancelled, "
    "handed_back (the process stopped) or superseded (the result came too late and was dropped).",
    ["kind", "outcome"],
)
RUNNING_FITS = Gauge("prudent_running_fits", "Fits running in this process.")
FIT_STAGE_SECONDS = Histogram(
    "prudent_fit_stage_seconds",
    "Duration of each stage of a fit.",
    ["stage"],
    buckets=_STAGE_BUCKETS,
)
CACHE_LOOKUPS = Counter(
    "prudent_cache",
    "Lookups of models, plan responses and serialized answers: cached (hit), computed (miss), or "
    "waited for while another caller computed it (joined).",
    ["kind", "result"],
)
CACHE_BYTES = Gauge("prudent_cache_bytes", "Approximate bytes cached in memory.", ["kind"])
CACHE_EVICTIONS = Counter(
    "prudent_cache_evictions", "Entries evicted to stay within the bytes.", ["kind"]
)
ARTEFACT_CACHE = Counter(
    "prudent_artefact_cache",
    "Artefacts of an object store read from a local copy (hit) or fetched (miss).",
    ["result"],
)
CHECKSUM_FAILURES = Counter(
    "prudent_artefact_checksum_failures",
    "Stored files whose checksum did not match when they were opened, in the store or in the "
    "local cache (fetched again).",
    ["place"],
)


def count_request(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count an answered request; ``route`` is None for an unknown path."""
    method = method if method in _METHODS else "other"
    route = route or UNMATCHED
    REQUESTS.labels(method, route, str(status)).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)

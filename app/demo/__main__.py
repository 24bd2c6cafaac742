"""``python -m app.demo``: a service for the time of the demo, and what the demo does with it.

Only the report and a cache remain.
"""

import time
from pathlib import Path

from app.demo.service import beginning_service

CACHE = Path(".cache") / "prudent"


def main() -> None:
    """Run the demo; its imports, which take seconds, are done while the service starts."""
    started = time.monotonic()
    with beginning_service(CACHE) as address:
        from app.demo.run import run

        run(address, started)


if __name__ == "__main__":
    main()

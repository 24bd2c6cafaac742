"""Machine code of models that tests share with the services that they start.

To compile a model takes up to a minute, to load it a second. Code is found by the computation
(``tests/mmm/inference/test_code_store.py`` proves that), so one compilation serves all worlds that
``make_world`` draws, in whichever process.
"""

from contextlib import suppress
from pathlib import Path

from mmm.inference.code_store import code_folder

CACHE = Path(__file__).parents[1] / ".cache" / "fits"


def shared_cache() -> Path:
    """A cache directory for services whose code of models is that of fits in this process."""
    CACHE.mkdir(parents=True, exist_ok=True)
    code, link = code_folder(), CACHE / "code"
    code.mkdir(parents=True, exist_ok=True)
    if not link.exists():  # also where it points to what was removed since
        link.unlink(missing_ok=True)
        with suppress(FileExistsError):  # another process was quicker
            link.symlink_to(code, target_is_directory=True)
    return CACHE

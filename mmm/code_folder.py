"""The folder of compiled model code, found without importing the libraries that compile it."""

import os
from pathlib import Path

CODE_DIR = "PRUDENT_CODE_DIR"
"""Environment variable that names the folder; any number of processes may share it."""


def code_folder() -> Path:
    """The folder that ``PRUDENT_CODE_DIR`` names, or one beside PyTensor's own compiled code."""
    given = os.environ.get(CODE_DIR)
    if given:
        return Path(given)
    import pytensor

    return Path(pytensor.config.base_compiledir) / "prudent"

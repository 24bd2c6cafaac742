"""Where machine code of models lies, known without the libraries that make it."""

import os
from pathlib import Path

CODE_DIR = "PRUDENT_CODE_DIR"
"""Environment variable: the folder, which any number of processes may use at the same time."""


def code_folder() -> Path:
    """The folder that ``PRUDENT_CODE_DIR`` names, or one beside PyTensor's own compiled code."""
    given = os.environ.get(CODE_DIR)
    if given:
        return Path(given)
    import pytensor

    return Path(pytensor.config.base_compiledir) / "prudent"

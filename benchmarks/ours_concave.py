"""This project on one world with logistic curves, which are concave, as PyMC-Marketing's are.

python -m benchmarks.ours_concave small 101 1000 1000 4
"""

from benchmarks.first_table import CONCAVE
from benchmarks.ours import main

if __name__ == "__main__":
    main(CONCAVE, "logistic")

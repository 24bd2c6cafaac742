"""This project on one world with logistic curves, which are concave, as PyMC-Marketing's are.

python -m benchmarks.ours_concave small 101 1000 1000 4
"""

from benchmarks.ours import main

TOOL = "prudent, concave"

if __name__ == "__main__":
    main(TOOL, "logistic")

"""The PyMC model of a design; empty, so that importing the package loads no PyMC."""

"""Samplers and compiled code; empty, so that importing the package loads no PyMC."""

"""How each operation of PyTensor is written: importing this gives ``rules.write`` its rules."""

from mmm.inference.native.operations import indexing, items, matrices, own, regression, shapes

__all__ = ["indexing", "items", "matrices", "own", "regression", "shapes"]

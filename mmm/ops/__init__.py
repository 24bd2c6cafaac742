"""PyTensor operations of the model; empty, so that importing the package loads no PyTensor."""

"""The log density and its gradient as machine code, written for LLVM operation by operation."""

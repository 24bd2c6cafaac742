"""Proofs about a plan: the first-order bound, and the global bound where curves are S-shaped."""

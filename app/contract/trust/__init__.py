"""Bodies and answers about tests of models."""

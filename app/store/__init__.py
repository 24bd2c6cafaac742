"""Artefacts: immutable files named by their content."""

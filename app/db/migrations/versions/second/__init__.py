"""Revisions of the schema from the evidence of models on."""

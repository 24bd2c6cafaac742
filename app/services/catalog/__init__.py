"""Stored datasets, lift tests and models, and questions to a model."""

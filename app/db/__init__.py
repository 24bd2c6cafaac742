"""Storage of what the service knows: rows of datasets, models and operations."""

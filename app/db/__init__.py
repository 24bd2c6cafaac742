"""The database: rows of datasets, models, operations, projects, keys and workers."""

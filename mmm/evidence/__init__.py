"""Evidence: how far the data support each effect of a fitted model."""

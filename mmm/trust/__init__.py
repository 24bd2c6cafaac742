"""Trust on demand: a fitted model is tested against the future, its rivals, its prior, itself."""

"""Use-cases: the only place where the model and the optimizer meet."""

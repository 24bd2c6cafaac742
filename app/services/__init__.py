"""Use-cases of the service; the model and the optimizer meet in `planning`."""

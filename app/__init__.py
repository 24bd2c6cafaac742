"""The service: HTTP, storage and jobs around the model and the optimizer."""

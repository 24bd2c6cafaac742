"""Exact leave-future-out: what the model would have forecast, fitted on the past alone."""

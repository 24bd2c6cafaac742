"""The body of a request: received late and within bounds, parsed away from the event loop."""

"""Long calls: durable jobs, their rows, and the engine that starts them again after a crash."""

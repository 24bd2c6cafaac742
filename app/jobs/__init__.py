"""Long calls: durable jobs, their rows, and the engine that restarts them after a crash."""

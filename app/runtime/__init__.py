"""What a running process keeps: caches, lanes, locks, logs, memory and metrics."""

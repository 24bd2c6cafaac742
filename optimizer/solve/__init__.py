"""The decision: a problem and a response become an allocation; a given plan becomes a score."""

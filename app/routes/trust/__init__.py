"""Routes that test models."""

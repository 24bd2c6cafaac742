"""Audit log, API keys, quotas, readiness, backup and retention."""

"""The demo: a world of known truth goes through the service, and every answer stands beside it."""

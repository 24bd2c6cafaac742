"""The documents of the HTTP API: bodies of requests and answers."""

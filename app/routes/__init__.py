"""The routes of the HTTP API: thin functions that read a request, call a service, and respond."""

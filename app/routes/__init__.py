"""The HTTP contract: thin functions that read a request, call a use-case, write its document."""

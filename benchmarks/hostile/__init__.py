"""The service while one tenant attacks it: what everybody else notices."""

"""How honest the uncertainty is, published: prior worlds, known worlds, tests predicted blind."""

"""Plans under a mixture of models: what a request names, read and answered together."""

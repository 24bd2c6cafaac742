"""The fit process: a child that imports the sampler, so that the service never has to."""

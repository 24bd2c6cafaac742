"""The fit process: a child process that imports the sampler, so the service never has to."""

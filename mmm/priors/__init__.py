"""The prior of every parameter, and the parameters of a model drawn or declared from it."""

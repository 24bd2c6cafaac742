"""The trust record of a model as it is stored and answered; it is made in ``mmm/trust``."""

"""Plans under conditions that are not linear: chance constraints, a least return, switches."""

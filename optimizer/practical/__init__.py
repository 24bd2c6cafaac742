"""Plans that are easy to carry out: few moves, little money moved, amounts that can be bought."""

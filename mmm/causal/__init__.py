"""The causal graph of a specification: which effects it identifies, which independencies the data
should show, and how strong a hidden confounder would have to be.
"""

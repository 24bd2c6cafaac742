"""Lift tests as part of the likelihood: their two worlds of spend, their units, and the cells of
the KPI that they replace.
"""

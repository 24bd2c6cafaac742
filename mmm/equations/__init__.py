"""The structural equations of the KPI, written once for NumPy and PyTensor."""

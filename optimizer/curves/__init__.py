"""The curves of separable responses: their cache, their tables, and each draw's best plan."""

from optimizer.curves.cache import CurveCache, cached_curve_bytes, curve_cache_of

__all__ = ["CurveCache", "cached_curve_bytes", "curve_cache_of"]

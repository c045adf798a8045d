"""Scripts that measure: each prints its figures beside a baseline's on the same work, as ratios."""

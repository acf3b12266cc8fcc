"""How fast it is, measured here and now: `make bench` (docs/performance.md says what bounds each figure)."""

"""Benchmarks: ``python -m benchmarks --json``. Ratios side by side in one run; never run as tests."""

"""Stands in for scikit-learn, so that a test of examples/digits needs only NumPy."""

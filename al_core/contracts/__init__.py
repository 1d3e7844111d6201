"""Contracts: what strategies, classifiers and stopping rules promise, as checks for `alflow check` and the tests."""

"""Contracts: what every strategy promises, as checks that `alflow check` and the tests run."""

"""Contracts: what every strategy and stopping rule promises, as checks that `alflow check` and the tests run."""

"""Prefect flows and the command line: they put tasks together and decide nothing."""

"""Active learning in plain Python: no Prefect, no clock, no global random state."""

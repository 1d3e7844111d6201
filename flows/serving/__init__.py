"""What keeps Prefect running on this machine: a server that no web page can use, and no process that outlives it."""

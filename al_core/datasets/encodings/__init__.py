"""How the encoding of a file is told that says nothing of it; `al_core.datasets.encoding` is for others to use."""

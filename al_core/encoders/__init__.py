"""Pretrained transformers: where their weights are, on what device they run, and the embeddings they give."""

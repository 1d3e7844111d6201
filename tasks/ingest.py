"""Ingest: read, clean and deduplicate the data."""

import json
from dataclasses import asdict

import pyarrow as pa

from al_core.config import DataConfig
from al_core.datasets.build import IngestNotes, build_corpus
from tasks.stage import stage
from tasks.store import Ref, Store


@stage("corpus", say=lambda table: f"corpus of {len(table):,} texts")
def ingest(store: Store, data: DataConfig, content: str) -> pa.Table:
    """Build the corpus; `content` is the digest of the source files, so that a changed file is read again."""
    corpus, notes = build_corpus(data)
    return corpus.to_table().replace_schema_metadata({"ingest": json.dumps(asdict(notes))})


def ingest_notes(store: Store, corpus: Ref) -> IngestNotes:
    """Return what became of the rows that a corpus was built from."""
    notes = json.loads(store.load(corpus).schema.metadata[b"ingest"])
    return IngestNotes(**notes | {"remarks": tuple(notes["remarks"])})

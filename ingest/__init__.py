"""From sources to commits: readers, chunking, names, the pipeline."""

from __future__ import annotations

from graphmem.ingest.adding import add
from graphmem.ingest.pipeline import Report, ingest, ingest_readings, ingest_sources

__all__ = ["Report", "add", "ingest", "ingest_readings", "ingest_sources"]

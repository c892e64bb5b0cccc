"""Who is who: names inside a document, profiles across documents, records of tables."""

from __future__ import annotations

from graphmem.ingest.resolution.clusters import Decision, entities
from graphmem.ingest.resolution.decision import Link, Resolution, resolve
from graphmem.ingest.resolution.profile import Profile
from graphmem.ingest.resolution.within import Naming, profiles

__all__ = ["Decision", "Link", "Naming", "Profile", "Resolution", "entities", "profiles", "resolve"]

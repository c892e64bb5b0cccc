"""Who is who: names inside a document, units of one name across documents, records of tables."""

from __future__ import annotations

from graphmem.ingest.resolution.clusters import Decision, entities
from graphmem.ingest.resolution.decision import Link
from graphmem.ingest.resolution.profile import Profile
from graphmem.ingest.resolution.register import Register
from graphmem.ingest.resolution.resolving import Resolution, resolve
from graphmem.ingest.resolution.within import Naming, profiles

__all__ = [
    "Decision",
    "Link",
    "Naming",
    "Profile",
    "Register",
    "Resolution",
    "entities",
    "profiles",
    "resolve",
]

"""Who is who: names inside a document, units of one name across documents, records of tables."""

from __future__ import annotations

from graphmem.resolution.clusters import Around, Decision, component, entities
from graphmem.resolution.decision import Link
from graphmem.resolution.kept import Kept
from graphmem.resolution.pages import Page
from graphmem.resolution.profile import Profile
from graphmem.resolution.register import Register, Unit
from graphmem.resolution.resolving import Resolution, resolve
from graphmem.resolution.within import Naming, profiles

__all__ = [
    "Around",
    "Decision",
    "Kept",
    "Link",
    "Naming",
    "Page",
    "Profile",
    "Register",
    "Resolution",
    "Unit",
    "component",
    "entities",
    "profiles",
    "resolve",
]

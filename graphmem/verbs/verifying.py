"""How a memory proves that its store is sound."""

from __future__ import annotations

from graphmem import verifying
from graphmem.verbs.opened import Opened


class Verifying(Opened):
    """The verb that checks everything."""

    def verify(self) -> tuple[verifying.Fault, ...]:
        """Every way in which the store is not as it must be, in all its namespaces; none if all is well.

        Raises:
            StoreBusy: others write without a pause.
        """
        return verifying.verify(self.store)

"""What people say of the memory's contents: each word is a commit of its own."""

from __future__ import annotations

from graphmem import deciding
from graphmem.types import Commit
from graphmem.verbs.opened import Opened, storable


class Editing(Opened):
    """The verbs that correct what was read."""

    def same(self, a: str, b: str) -> Commit:
        """Say that two names are one; it outweighs all evidence, until it is undone or another word is said.

        A name may be the id of a unit or an entity, or "NAME @ DOCUMENT" for what one document means by it.

        Raises:
            NotFound: nothing is called so.
            InputError: several are, or both are one name.
        """
        return self._decide(a, b, same=True)

    def different(self, a: str, b: str) -> Commit:
        """Say that two names are not one; as ``same`` otherwise.

        Raises:
            NotFound: nothing is called so.
            InputError: several are, or both are one name.
        """
        return self._decide(a, b, same=False)

    def _decide(self, a: str, b: str, *, same: bool) -> Commit:
        word = deciding.Answer(same, storable(self.author), self.clock())
        changes = deciding.decided(self.store, self.view, self.namespace, (a, b), word)
        return self.write(changes, f"{a} is {'' if same else 'not '}{b}")

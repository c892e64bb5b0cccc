"""Making the bundled English pipeline from treebanks: ``python -m training``."""

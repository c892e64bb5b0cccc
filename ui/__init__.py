"""The explorer: the memory in a browser."""

"""Benchmarks that anyone can run again: judge-free, offline, one line of JSON with ``--json``."""

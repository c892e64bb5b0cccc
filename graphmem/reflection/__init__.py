"""Reflection: a memory goes over what is new and makes notes of it."""

from graphmem.reflection.reflect import AT_ONCE, AUTHOR, Reflection, reflected
from graphmem.reflection.reflectors import KEYS, REFLECTORS, Reflector
from graphmem.reflection.wording import Worded

__all__ = ["AT_ONCE", "AUTHOR", "KEYS", "REFLECTORS", "Reflection", "Reflector", "Worded", "reflected"]

"""Reflection: a memory goes over what is new and makes notes of it."""

from graphmem.reflection.reflect import AT_ONCE, AUTHOR, Reflection, reflected
from graphmem.reflection.reflectors import REFLECTORS, Reflector
from graphmem.reflection.wording import Worded

__all__ = ["AT_ONCE", "AUTHOR", "REFLECTORS", "Reflection", "Reflector", "Worded", "reflected"]

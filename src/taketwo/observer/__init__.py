"""The observer: what runs inside observed Python processes. Standard library only, Python 3.8 and later.

It is loaded in two ways: as ``taketwo.observer`` by the Python API, and, where taketwo is not installed, as
``_taketwo_observer`` by ``bootstrap/sitecustomize.py`` from a plain copy of this directory. Hence every
import in here is relative or from the standard library, and state that both copies share hangs on one object
(``process``).

Importing happens while other people's interpreters start: modules that startup does not load anyway (json,
re, hashlib, inspect) are imported inside the function that needs them.
"""

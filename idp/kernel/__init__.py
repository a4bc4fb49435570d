"""Shared basics: time, randomness, opaque handles, translatable text, colours and request metadata.

Imports nothing from the other packages. Clock and randomness are passed in, so tests can fix both.
"""

"""Shared basics: time, randomness, handles, translatable text, colours, request metadata, names of OAuth.

Imports nothing from the other packages. Clock and randomness are passed in, so tests can fix both.
"""

"""Diagnosis of an installation (`idp doctor`). Read-only: nothing is created, changed or sent.

checks      every check, in order
transports  mail, text messages, WhatsApp, and undelivered messages
clients     how clients are registered
issuer      what answers at the issuer's address
discovery   the provider as a client sees it
findings    results
"""

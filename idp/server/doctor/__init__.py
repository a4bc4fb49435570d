"""The checks of `idp doctor`: whether this installation is fit to serve.

checks        configuration, database, keys, passwords, issuer; `run_checks` runs all of them
transports    can messages be delivered, and which wait too long?
discovery     the discovery document as the world sees it
findings      one result: its level, what was found, and the remedy
"""

"""The demonstration: a provider and a sample client on one machine (`idp demo`, `./dev run`).

demonstration  creates settings, tables, people and the client's registration
children       starts, watches and stops the two programs
program        ends a program with its parent
"""

"""Claims about a person, for tokens and for the administrators who look at them first. Pure.

standard   by scope, as OpenID Connect Core section 5 has them
subjects   what a client calls a person: public or pairwise ids
mappings   what administrators add for an app: constants, attributes, groups
"""

"""Claims about a person, for tokens and for the administrators who look at them first. Pure.

standard   by scope, as OpenID Connect Core section 5 has them
mappings   what administrators add for an app: constants, attributes, groups
"""

"""What administrators change, as use cases; independent of the command line that calls them.

    users         add, disable, enable, new password, Required, reset of the second step
    user_changes  claims: profile, email address, phone number
    clients       register, change, remove, new secret
    client_rules  what a registration must be: each field, and the fields among each other; client_uris
    keys          rotation
    purging       deletion of what has ended

Each takes an open transaction, records what it did in it, and ends there and then whatever the change makes invalid;
purging alone opens its own, many short ones.
"""

from __future__ import annotations


class Refused(Exception):
    """The change was refused and nothing is stored; the message has the reason and the remedy, a sentence a line."""

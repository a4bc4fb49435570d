"""What administrators change, as use cases, for the console and the command line.

    permissions   which role may do what; the actor of a change
    roles         given and withdrawn; the last owner stays
    users         add, disable, enable, new password, Required, reset of the second step
    user_changes  claims: profile, email address, phone number
    clients       register, change, remove, new secret
    client_rules  what a registration must be: each field, and the fields among each other; client_uris
    keys          rotation
    audit_trail   search of the audit trail
    audit_chain   the chain of the audit trail; audit_verification: what was altered, removed or inserted
    purging       deletion of what has ended

Each takes an open transaction, records what it did in it, and ends there and then whatever the change makes invalid;
purging alone opens its own, many short ones.
"""

from __future__ import annotations

from idp.kernel.text import Text

LAST_OWNER = Text("Nobody else could sign in as an owner. Make somebody else an owner first.")


class Forbidden(Exception):
    """None of the actor's roles permits it; nothing is stored."""


class Refused(Exception):
    """The change was refused and nothing is stored; the message has the reason and the remedy, a sentence a line."""

    @property
    def text(self) -> str:
        """Return the message, which can be translated if it is a `Text`."""
        return str(self) if not self.args else self.args[0]

"""What administrators change, as use cases, for the console and the command line.

    permissions   which role may do what; the actor of a change
    roles         given and withdrawn; the last owner stays
    users         add, disable, enable, new password, Required, reset of the second step
    user_actions  sign out, forget devices, unlock, mark an address as verified, undo a change, delete
    user_changes  claims: profile, email address, phone number
    user_lists    who is listed: search, filters, who is locked; rows of an export
    late_people   who is late for setting up a second step
    people_import  people of another product, from a file
    invitations   mailed links to choose a password, for a new person and for one who cannot sign in
    bulk_changes  one change of many people, in batches
    groups        add, change, remove; members
    attributes    declared once for everybody; each person's values
    claim_mappings  claims that are added for an app; claim_mapping_rules
    policy        rules of the sign-in policy: change, preview, explain, history
    clients       register, change, remove, new secret
    client_rules  what a registration must be: each field, and the fields among each other; client_uris,
                  client_key_rules, certificate_rules, profile_rules, response_rules
    client_members  the registry of optional members: client_member, client_member_rules
    client_files  apps described by a file
    client_registrations  apps that register themselves: client_metadata_json, sector_identifiers
    client_access, client_logos, client_failures    who may use a client; its picture; why it was refused
    apis          APIs that tokens are meant for: scopes, secret, life
    app_kinds, recipe_fit    defaults of each kind of app; what software still needs
    sessions      sessions and devices of everybody
    messages      what was sent, and sending it again
    overview      figures that are counted in the background
    keys          rotation
    audit_trail   search of the audit trail
    audit_chain   the chain of the audit trail; audit_verification: what was altered, removed or inserted
    purging       deletion of what has ended

Each takes an open transaction, records what it did in it, and ends there and then whatever the change makes invalid;
purging alone opens its own, many short ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from idp.kernel.text import Text

LAST_OWNER = Text("Nobody else could sign in as an owner. Make somebody else an owner first.")


class Forbidden(Exception):
    """None of the actor's roles permits it; nothing is stored."""


class Refused(Exception):
    """The change was refused and nothing is stored; the message has the reason and the remedy, a sentence a line.

    `fields` are the sentences by the fields of a form that they are about: one `field`, several, or the whole form.
    """

    def __init__(self, message: str = "", *, field: str = "form", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {field: message})

    @property
    def text(self) -> str:
        """Return the message, which can be translated if it is a `Text`."""
        return str(self) if not self.args else self.args[0]

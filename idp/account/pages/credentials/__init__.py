"""Pages that change, or reveal, credentials. An import contract keeps the weaker guard out of here.

GET    change_guard.require(tx, page)        the form, or a login flow that leads back to it
POST   change_guard.require_form(tx, page)   the same for the form; then one function of `credential_changes`
"""

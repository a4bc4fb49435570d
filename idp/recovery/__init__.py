"""What changes an account from outside, and signs nobody in.

    /login/<flow>/forgot    --mail-->  /recover    a new password
    /login/<flow>/register  --mail-->  /register   an account is created
    a new browser, a change --mail-->  /alert      "this was not me": the session and that browser lose access
    a new address           --mail-->  /email      the address is confirmed
    a change of contact     --mail-->  /undo       the change is undone, and all access revoked

Each link works once: its handle is moved from the address into a cookie, a form asks, and the POST claims it.

    password_reset, new_password, password_strength    setting a password
    registration                                       creating one's own account
    contact_changes, new_phone_number                  changing address and number, and undoing it
    sign_in_alerts, account_closing                    reporting a sign-in; closing the account
    profile_form                                       the claims of a profile, field by field
    pages                                              HTTP; private to this package
"""

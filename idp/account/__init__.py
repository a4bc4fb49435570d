"""*My account*: what people see of themselves, and what they change themselves, below `/account/`.

    GET   guard.requires      --satisfied-->  page                 otherwise a login flow that leads back here
    POST  guard.require_form  --satisfied-->  changes, access  ->  303 back, with a new session handle

Requirements (`requirements`): to view, a session that policy accepts; to end sessions, a factor proven in the last ten
minutes; to change credentials, two factors if the person has two, proven in the last ten minutes. Enrolling,
replacing, turning off and removing the last factor need a login flow started for that page alone (`reauthentication`).

    guard             decorators and checks: which session may see a page or post a form
    reauthentication  a login flow that is good for one change
    pages             what all pages share; their paths are `web.account_paths`
    changes           passwords, factors, recovery codes; each ends with a new session handle
    passkey_changes   adding and renaming passkeys
    access            sessions and remembered devices, ended one by one or together
    history           audit rows as sentences

Pages: overview, profile, email, phone, download (of own_data), closing, security, authenticator, passkeys,
message_codes, factors, recovery_codes, password, sessions, apps, activity; `routes` registers them.
"""

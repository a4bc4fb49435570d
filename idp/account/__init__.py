"""*My account*: what people see of themselves, and what they change themselves, below `/account/`.

    GET   session_guard.requires      --satisfied-->  page                 otherwise a login flow that leads back
    POST  session_guard.require_form  --satisfied-->  change  ->  303 back

    GET   change_guard.require        a login flow that was started for this page alone, however recent the sign-in
    POST  change_guard.require_form   the same  -->  credential_changes  ->  303 back, with a new session handle

The first pair is for what changes no credentials: to view, a session that policy accepts; to end sessions, a factor
proven in the last ten minutes (`page_requirements`). The second is for every change of password, factors, recovery
codes, address and number, and for what reveals them. Import contracts keep the first pair out of `pages.credentials`.

    change_guard                  who may change credentials; everything else: `login.flow.session_guard`
    errors                        what ends a change without its page
    responses                     what all pages share; their paths are `web.account_paths`
    credential_changes            password, factors, recovery codes; each ends with a new session handle
    session_changes               sessions and remembered devices, ended one by one or together
    data_export                   everything that is known about a person
    pages                         HTTP; private to this package
"""

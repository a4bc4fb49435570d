"""Who is at this browser, and whether that is enough.

    a client's authorization request, or a page of My account
       | AuthRequirement
       v
    state.session        does the session satisfy it?  --yes-->  answered at once, no row is written
       | no
       v
    flow.start           a login flow: one row, bound to this browser by a cookie
       v
    /login/<flow>/<page of next_step(state, requirement)>
       /account                              which account, when the client requested the question
       /identify, /passkey                   name and password, or a passkey    -> proof
       /code  /code/<channel>  /recovery     the second step                    -> proof
       /offer                                enrol now, or go on while the grace window lasts
       /enrol  /enrol/<method>               required enrolment                 -> factor and proof
       /recovery-codes                       codes to be saved                  -> acknowledged
       v
    flow.advance         nothing missing: the session is opened or stepped up, and the browser goes back

Packages, each imports only those below it:
    pages        HTTP; private to login
    flow         one login flow from start to end, as requests see it
    forms        what forms share with My account and recovery
    enrolment    adding a factor, one module per method
    methods      proving, one module per method
    devices      recognised browsers and remembered devices;  access_revocation   ending sessions and access
    sent_codes   codes by message: sent and verified in one way, whatever they are for
    state        person, session and login flow as read from rows
    policy       pure: proofs, assurance, requirements, the next step, rate limits

`recovery` has what changes an account from outside: password reset, mailed links, closing.
"""

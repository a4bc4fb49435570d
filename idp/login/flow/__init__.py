"""One login flow from start to end, as requests see it.

    start.start_login          a client or My account needs more than the session has   -> row, cookie, redirect
    step_views.step            a page of the present step; every other request is redirected to that step
    advance.advance_flow       something was proven: rotate the cookie, and either
        completion.complete        open the session, or step it up; remember the device; send the alert
        or the next step           whose code is sent when the person's usual method needs one
    sign_out.sign_out          the end of a session; `frontchannel_logout` leads on from there

browser_session  the session of this browser, and the language of its pages
answers          the answer to a proof, again, for a browser that did not get it
binding          which flow belongs to this browser, and why one is closed
rendering        rendering a page of a flow, its form token, Cancel
grace            the one window in which a required second step may be postponed
sign_in_alerts   *Was this you?*: the mail about a new browser, and its link
"""

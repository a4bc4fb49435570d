"""Sign-ins that a client asks for itself (OpenID Connect CIBA Core 1.0), approved by the person in their account.

    client: a terminal, a call centre, another app    the person's own browser
    POST /bc-authorize --> auth_req_id                (mail: an app wants to sign you in)
      it shows the number of its binding_message      GET /approve           the requests that wait
                                                      GET /approve/<id>      app, message, scopes; a warning
    POST /token, every 5 seconds                      POST                   the number is typed: a grant is stored;
        authorization_pending, slow_down                                     or it is refused
        tokens: the auth_req_id is claimed            GET /approve/done
    or, in ping mode, once it is decided:
    <-- POST backchannel_client_notification_endpoint

authentication_request   its parameters, plain or in a signed object (section 7.1)
hints                    whom the client means
binding_message          what the app shows, and the number in it
endpoint                 the backchannel authentication endpoint
requirement              what the request requires of the person's sign-in
pages, decision          the pages, and what is stored when the person decides
pings                    the notification of a client in ping mode (section 10.2)

Push mode is not supported: tokens are sent only to a client that has authenticated.
"""

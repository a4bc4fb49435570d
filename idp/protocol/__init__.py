"""OAuth 2.0 and OpenID Connect on the wire; the only package that imports Authlib.

    front channel: a person's browser                   back channel: an app's own requests

    GET /authorize --checks--> login --> consent        POST /token        client authenticated, then
        |                                  |                 authorization_code   code claimed once
        |  code, state, iss                |                 refresh_token        token rotated
        v                                  v                 client_credentials   no person at all
    the app's redirect_uri <------------ grant row <---------- read by every endpoint below
                                                        /userinfo /introspect /revoke /api/security

Everything an app gets hangs on one grant row: code, access tokens (`jti` is "<grant id>.<random>"), refresh tokens.
When the row is revoked all of them are dead at every endpoint of ours. `acr`, `amr` and `auth_time` are copied to it
once, when the person authorises, and nothing here recomputes them.

Front channel:
    frontchannel_routes     addresses; the documents apps begin with (discovery)
    query, hints            the query, read parameter by parameter; ID tokens that come back
    authorize/              the authorization endpoint, from the request to the code
    response_modes          how its answers travel
    logout                  RP-Initiated Logout

Back channel, in the order a request passes:
    backchannel_routes      addresses; one transaction per request
    parameters, call        the form, read strictly; the request as Authlib sees it, with its transaction
    server                  the one Authlib server of an application: dispatch to what is registered, and only that
    client_authentication, client_assertion, clients    exactly one method, and the registered one
    grants/                 one file per grant type; single use is one conditional UPDATE
    tokens, claims          what is signed, and what it says about the person
    bearer, userinfo, stepup, security_api              access tokens coming back to our own APIs
    introspection, revocation                           RFC 7662, RFC 7009
    errors, cors            how a refusal looks; which pages may read an answer
"""

"""OAuth 2.0 and OpenID Connect endpoints; the only package that imports Authlib.

    front channel: a person's browser                   back channel: a client's own requests

    GET /authorize --checks--> login --> consent        POST /token        client authenticated, then
        |                                  |                 authorization_code   code claimed once
        |  code, state, iss                |                 refresh_token        token rotated
        v                                  v                 client_credentials   no person at all
    the client's redirect_uri <------------ grant row <---------- read by every endpoint below
                                                        /userinfo /introspect /revoke /api/security

Everything a client gets belongs to one grant row: code, access tokens (`jti` is "<grant id>.<random>"), refresh tokens.
When the row is revoked, every endpoint of ours refuses all of them. `acr`, `amr` and `auth_time` are copied to it
once, when the person authorises, and nothing here recomputes them.

Front channel:
    frontchannel_routes       addresses, and the discovery documents (discovery)
    frontchannel_parameters   the query, read parameter by parameter (parameters: strictly)
    id_token_hint             ID tokens of ours, sent back to us as a hint
    resource_indicators       which API a token is for (RFC 8707); authorization_details: what exactly (RFC 9396)
    authorize/                the authorization endpoint, from the request to the code
    response_types, response_modes   what authorization responses hold, and how they are sent
    jarm, client_responses    signed and encrypted responses
    client_access, client_appearance   who may use a client; its logo and colours
    trial                     an administrator tries an app
    refusals                  logged, counted, and audited with a remedy
    logout/                   RP-initiated logout, and logout tokens to clients
    session_management        a frame in which a client watches the session

Back channel:
    ciba/                   sign-ins that clients ask for themselves (OpenID CIBA)
    device/                 sign-ins of devices without a keyboard (RFC 8628)
    backchannel/            addresses; /token, /introspect, /revoke, pushed requests
    client_requests/        a client's own request, and its authentication
    grants/                 one file per grant type; single use is one conditional UPDATE
    decided_grants          grants that a person approved away from the app: devices, CIBA
    sender_constraint/      tokens bound to a key: DPoP, certificates
    client_keys             the keys of a client, which verify all that it signs
    tokens, id_tokens       what is signed
    claims, mapped_claims   the claims about the person, and those that administrators add
    subjects                what a client calls a person
    jwt_claims              the claims of what clients sign
    protected_resource      the metadata of our own APIs (RFC 9728)
    api/                    access tokens at our own APIs: /userinfo, /api/security
    errors, cors            error responses; which origins may read a response

Imports between these packages go down only: the contract is in pyproject.toml.
"""

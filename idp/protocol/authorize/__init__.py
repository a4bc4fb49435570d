"""The authorization endpoint (RFC 6749 section 4.1, OIDC Core section 3.1.2, RFC 7636, RFC 9207).

GET /authorize -> query      each known parameter once, UTF-8, bounded
               -> way_back   client and redirect URI proven, or a page and no redirect        (redirect_uris)
               -> request    the checks, a table: each failure goes back to the app           (checks, claims_parameter)
               -> demand     what the request asks of a sign-in
               -> door       the session is enough and consent is stored?  yes -> issue
                                | no, and prompt=none                      -> error to the app
                                v
                 /login/<id> ... -> GET /authorize/resume/<id> -> resume: the same checks and the same demand again,
                 /consent/<id> ...       counted from when the request first came; the row is closed -> issue

issue       the grant row, its code, and the way back
"""

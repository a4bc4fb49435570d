"""The authorization endpoint (RFC 6749 section 4.1, OIDC Core section 3.1.2, RFC 7636, RFC 9207).

    GET /authorize -> endpoint         each known parameter once, UTF-8, bounded
                   -> client_redirect  the client, or a page
                   -> sent_request     sent plainly, signed or pushed: what counts  (request_object, pushed_request)
                   -> client_redirect  the redirect URI proven, or a page           (redirect_uris)
                   -> request          the checks, a table: each failure is redirected     (checks, claims_parameter)
                   -> requirement      what the request requires of a login
                   -> handler          the session is enough and consent is stored?  yes -> issue_code
                                          | no, and prompt=none              -> error to the client
                                          v
    /login/<flow> ... -> GET /authorize/resume/<flow> -> resume: the same checks and the same requirement again,
    /consent/<flow> ...        counted from the time of the first request; the flow is closed -> issue_code

issue_code  the grant row, its code, and the redirect
remedies    what an administrator can do about each refusal
"""

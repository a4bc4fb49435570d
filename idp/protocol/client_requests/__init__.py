"""A request that a client sends directly, and the authentication of that client.

request                              the form, with the transaction it happens in, as Authlib sees it
credentials, client_authentication   exactly one method, and the registered one (RFC 6749 section 2.3)
client_assertion, mutual_tls         a signed assertion (RFC 7523; audiences: for whom), a certificate (RFC 8705)
authlib_client                       the client, once it has authenticated
api_authentication                   an API's secret
"""

"""Consent: the scopes that a person allows a client, asked once and stored until revoked.

/authorize  --scopes asked-->  service.missing_scopes: not allowed yet?  --none-->  goes on
                                       | some, or all on prompt=consent
                                       v
/consent/<flow>    names the client, its host and the scopes; Allow is stored, Do not allow is redirected as
                   access_denied

decision     which scopes must still be asked, and how a login flow stores question and answer. Pure.
service      asking, storing and refusing, on rows
detail_texts  what exactly an app may do (RFC 9396), in words
scope_texts  scopes in plain words, with the person's own details beside them
routes       the page
"""

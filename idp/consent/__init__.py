"""May this app have this? What people allow apps, asked once and remembered until revoked.

/authorize  --scopes asked-->  service.to_ask: not allowed yet?  --none-->  goes on
                                       | some, or all on prompt=consent
                                       v
/consent/<login>   names the app, its host and what it will see; Allow is remembered, Do not allow goes back as
                   access_denied

decision    which scopes must still be asked, and how a login flow stores question and answer. Pure.
service     asking, remembering and refusing, on rows
words       scopes in plain words, with the person's own details beside them
routes      the page
"""

"""Countersign: a standalone OpenID Connect identity provider.

    kernel       time, randomness, opaque handles
    config       every setting, typed and checked; the only reader of the environment
    language     sentences and times in the language of their reader
    persistence  rows and their stores; the only package with SQL
    signing      keys: rotation, tokens signed and checked, secrets sealed
    messaging    messages to people and logouts to clients: enqueued in the transaction, delivered after it
    audit        what happened, recorded in the transaction that made it happen
    factors      cryptography of each authentication method
    web          the HTTP plumbing: transactions, cookies, CSRF, headers, errors
    login        who is at this browser, and is that enough? Pure decisions, then use cases, then pages
    recovery     password reset, mailed links, changes of address and number
    consent      which scopes a person allowed a client
    protocol     OAuth 2.0 and OpenID Connect endpoints
    account      what people see and change themselves
    development  the mailbox page of development mode
    admin        what administrators do to users, clients and keys
    app          builds the Flask application
    server       processes: parent, workers, background jobs; health, metrics
    cli          the `idp` command

Imports go one way only (`tests/test_architecture.py`); `docs/map.md` has the overview.
"""

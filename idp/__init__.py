"""Countersign: a standalone OpenID Connect identity provider.

    kernel       time, randomness, opaque handles
    config       every setting, typed and checked; sole reader of the environment
    language     sentences and times in their reader's words
    persistence  what is remembered; sole speaker of SQL
    signing      keys: rotation, tokens signed and checked, secrets sealed
    messaging    messages to people and logouts to clients: enqueued in the transaction, delivered after it
    audit        what happened, recorded in the transaction that made it happen
    factors      one module per way of proving who you are
    web          the HTTP plumbing: transactions, cookies, CSRF, headers, errors
    login        who is at this browser, and is that enough? Pure decisions, then use cases, then pages
    consent      may this app have this?
    protocol     OAuth 2.0 and OpenID Connect on the wire
    account      what people see and change themselves
    admin        what administrators change, for whoever asks it of us
    app          puts it all together
    server       runs it: parent and workers, background work, health, metrics
    cli          what operators type

Imports go down this list's arrows only (`tests/test_architecture.py`); `docs/map.md` has the overview.
"""

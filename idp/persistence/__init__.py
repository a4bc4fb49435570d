"""Stored data, and the only package that uses SQL.

    with database.write(origin) as tx:      one transaction: leaving commits, raising rolls back
        user = tx.users.by_id(user_id)      one store per aggregate, each method named after an intention
        tx.grants.claim_code(...)           what is single-use: one conditional UPDATE, its row count the verdict

Rows come back as plain typed objects to be read, never edited: every change is a statement of its own, so what a
request costs can be counted. All times are whole seconds since the epoch, UTC; all secrets are digests or sealed.
The same code serves SQLite (WAL, `BEGIN IMMEDIATE`) and PostgreSQL (READ COMMITTED).
"""

"""Storage; the only package that contains SQL.

    with database.write(origin) as tx:      one transaction: returning commits, raising rolls back
        user = tx.users.by_id(user_id)      one store per aggregate
        tx.grants.claim_code(...)           single use: one conditional UPDATE, decided by its row count

    database, engine, transaction     connections, and one unit of work with its stores
    executor, base                    sends the statements of a transaction; what tables and stores share
    row_text                          recognises a row that was parsed before
    failures                          `DatabaseUnavailable`: away, locked or full
    schema, migrations                the tables and their revisions
    copying                           all rows, from SQLite to another database
    retention, purging                when a row of each table has ended, and its deletion

Rows are frozen records: every change is a statement of its own, so the cost of a request can be counted. A transaction
begins with its first change; what is read before must be locked, or be a condition of the change. Times are
whole seconds since the epoch, UTC; secrets are digests or sealed. The same code runs on SQLite (WAL)
and PostgreSQL (READ COMMITTED).
"""

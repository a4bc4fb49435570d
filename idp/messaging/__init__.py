"""What we tell people: promised in the transaction that gives the reason, delivered after it commits.

notify(tx, user, Notice.X)  ->  outbox row, same transaction
worker, in every node: claim a row -> render -> transport -> settle       (retried with growing pauses)

notices     what is told, and to whom
rendering   a notice becomes subject, text and HTML
transports  SMTP, or files in a folder during development
worker      the loop
"""

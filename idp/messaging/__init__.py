"""What we tell people and apps: promised in the transaction that gives the reason, delivered after it commits.

notify(tx, user, Notice.X), send_code(tx, user, ...), logouts.promise(tx, ...)  ->  outbox row, same transaction
worker, in every node: claim a row -> send -> settle       (retried with growing pauses)

notices     what people are told, and who
codes       one-time codes: to whom, by which channel, for what
sealed      links and codes, which wait in the outbox sealed
logouts     which apps are told that a session is over
mail        a row becomes a letter and leaves by a transport
rendering   a notice becomes subject, text and HTML
transports  SMTP, or files in a folder during development
outbound    calling other people's servers, never one inside this network
worker      the loop
"""

"""Messages to people and clients: enqueued in the transaction that is their reason, delivered after it commits.

notify(tx, user, Notice.X), send_code(tx, user, ...), logouts.enqueue_logouts(tx, ...)  ->  outbox row, same transaction
worker, in every node: claim a row -> send -> settle       (retried with growing pauses)

notices     the notices to people, and their recipients
contacts    messages about changes of address or number, to the new one and the old one
codes       one-time codes: to whom, by which channel, for what
sealed      links and codes, which wait in the outbox sealed
logouts     which clients get a back-channel logout
mail        a row becomes a letter and leaves by a transport
texts       a row becomes a short text and leaves by a provider
rendering   a row's words: subject, text and HTML of a letter; a short text
transports  SMTP
providers   who carries text messages and WhatsApp
mailbox     a folder of what nobody delivers while developing
outbound    calling other people's servers over HTTP
addresses   which of them are the internet's
worker      the loop, and how long it goes on trying
"""

"""Messages to people and clients: enqueued in the causing transaction, delivered after it commits.

notify(tx, user, Notice.X), send_code(tx, user, ...), enqueue_logouts(tx, ...)  ->  outbox row, same transaction
dispatcher, on every node: claim a row -> send -> record the result       (retried with growing pauses)

notices     security notices and their recipients
contacts    messages about changes of address or number
codes       one-time codes
sealed      links and codes are sealed while they wait in the outbox
logouts     back-channel logouts of clients
mail        sends outbox rows as mail
texts       sends outbox rows as text messages
rendering   renders rows from templates
transports  SMTP
providers   providers of text messages and WhatsApp
mailbox     local folder of undelivered messages, for development
outbound    HTTP client for other servers
addresses   recognises public IP addresses
dispatcher  delivery loop and retry policy
"""

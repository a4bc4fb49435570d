"""Messages to people and clients: enqueued in the causing transaction, delivered after it commits.

notify(tx, user, Notice.X), send_code(tx, user, ...), enqueue_logouts(tx, ...)  ->  outbox row, same transaction
dispatcher, on every node: claim a row -> send -> record the result       (retried with growing pauses)

notices               security notices and their recipients
contact_messages      messages about changes of address or number
codes                 one-time codes
logout_notifications  back-channel logouts of clients
ciba_pings            pings of clients whose request was decided
sealed_secrets        links and codes are sealed while they wait in the outbox
rendering             renders rows from templates
mail, smtp            sends outbox rows as mail; the transport
phone_messages        sends outbox rows as text messages and WhatsApp
providers             providers of text messages and WhatsApp
http_client           HTTP client for other servers
fetched_documents     documents of clients, fetched from their addresses and kept for a while
public_addresses      recognises public IP addresses
development_mailbox   local folder of undelivered messages, for development
dispatcher            delivery loop and retry policy
"""

"""What only a developer's own machine has.

settings.development -> app registers the blueprint -> visitors from this machine see it, others find nothing

mailbox   what would have been sent: mails, text messages, WhatsApp
"""

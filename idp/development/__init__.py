"""What only a developer's own machine has.

settings.development -> app registers the blueprint -> requests from this machine see it, others get 404

mailbox   what would have been sent: mails, text messages, WhatsApp
"""

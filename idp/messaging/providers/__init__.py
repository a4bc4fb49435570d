"""Providers of text messages and WhatsApp: one file each, all of them a `phone_messages.Provider`.

settings -> choice.for_channel -> twilio | meta | webhook, or the development mailbox

responses  what a provider's answer means: accepted, to be retried, or never
twilio     text messages and WhatsApp by Twilio
meta       WhatsApp by Meta's Cloud API
webhook    any other gateway, by signed JSON
choice     which of them a channel has
"""

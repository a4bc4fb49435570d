"""Who carries text messages and WhatsApp: one file each, all behind `texts.Provider`.

settings -> choice.for_channel -> twilio | meta | webhook, or the development mailbox

answers   what a provider's answer means: taken, not yet, never
twilio    text messages and WhatsApp by Twilio
meta      WhatsApp by Meta's own Cloud API
webhook   any other gateway, by signed JSON
choice    which of them a channel has
"""

"""Sign-ins of devices without a keyboard (RFC 8628), approved on a phone or computer.

    device                                            the person's phone
    POST /device_authorization --> device_code, user_code (shown)
                                                      GET /device     the code is typed, or is in the address
                                                      POST /device    a login flow for the device's app
    POST /token, every 5 seconds                      GET /device/confirm/<flow>   app, code, place, scopes; a warning
        authorization_pending, slow_down              POST                         a grant is stored, or it is denied
        tokens: the device code is claimed            GET /device/done

user_codes        what people type: eight letters without vowels
endpoint          the device authorization endpoint
requirement       what the app requires of the person's sign-in
pages, decision   the pages, and what is stored when the person decides
"""

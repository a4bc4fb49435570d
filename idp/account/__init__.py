"""*My account*: what people see of themselves, and what they change themselves, below `/account/`.

    GET   guard.looking   --may see-->     page          otherwise a sign-in that leads back to the same page
    POST  guard.admit_form --may change--> changes/access -> 303 back, under a new session cookie

Three askings (`guard`). To look: any signed-in visitor whom policy lets in. To end what is open elsewhere: somebody who
proved a factor in the last ten minutes. To change what protects the account: two factors if its owner has two, all
proven in the last ten minutes. Setting up, replacing, turning off and removing the last one begin with a sign-in asked
for that page alone (`guard.ask_anew`), however recent another is; their forms are asked the same. A POST that comes too
late changes nothing.

    guard       who may look, end and change; the form's token
    changes     password, recovery codes; and the new session handle that ends every change
    access      sessions and remembered devices, ended one by one or together
    history     the audit trail, in sentences for the person it is about
    pages       what all pages share
    passkey_changes      adding, renaming and removing passkeys
    own_claims           what people may say about themselves, field by field

The pages: overview, profile, email, phone, download (by own_data), closing, security, authenticator, passkeys,
message_codes, factors (one to look at and to remove), recovery_codes, password, places, apps, activity; routes joins
them.
"""

"""Who is at this browser, and whether that is enough.

    a door (an app's request, My account)  --demand-->  gate: does the session satisfy it?  --yes-->  open
                                                          | no
                                                          v
    /login/<tx>            dispatcher: next_step(state, demand) says what is missing, and nothing else does
      /account             which account, if the app asked that
      /identify            who, and the password        -> proof   (remembered device recognised only now)
      /passkey             instead of either            -> proof
      /code  /code/<channel>  /recovery     the second step        -> proof
      /offer               set one up now, or go on while the days of grace last
      /enrol  /enrol/<channel>  /enrol/passkey    forced set-up    -> factor + proof
      /recovery-codes      codes to be saved            -> acknowledged
    done                   session opened or raised, its cookie renamed; back to the door, which asks the gate again

    /login/<tx>/forgot            --mail-->  /recover    a new password
    a new browser, a change       --mail-->  /alert      it was not me
    a new address                 --mail-->  /email      it is mine
    a change of address, number   --mail-->  /undo       back to before      each works once; none signs anybody in

Pure, plain values in and out, `now` an argument:
    proofs      what was proven, when, with which factor; which proofs still count
    assurance   counted proofs -> acr, amr, auth_time; nothing else writes those claims
    demand      what a door, an app, a request, a person's setting ask; joining can only make it stricter
    steps       what is missing: identify, prove, offer, enrol, save the codes, done, or refuse
    policy      from settings, people and requests to demands
    ways        which second steps somebody has, the most secure first
    throttle    lanes and limits

On rows
    visitor, attempt, person                      who is here, how far along, and what they can prove
    password, passkey, second_step, recovery      each way of proving; sent_codes: codes by message, for all of them
    devices, completion, grace                    what a finished sign-in leaves, and what may wait
    enrolment; new_authenticator, new_passkey, new_message_code          second steps set up
    reset, new_password; contact_changes, new_phone; mailed_links, alerts    what changes an account, and who is told
    endings, closing                              what is over

HTTP: gate, sign_out, routes.
"""

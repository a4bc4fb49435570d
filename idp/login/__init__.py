"""Who is at this browser, and whether that is enough.

    a door (an app's request, My account)  --demand-->  gate: does the session satisfy it?  --yes-->  open
                                                          | no
                                                          v
    /login/<tx>            dispatcher: next_step(state, demand) says what is missing, and nothing else does
      /identify            who, and the password        -> proof   (remembered device recognised only now)
      /passkey             instead of either            -> proof
      /code  /recovery     the second step              -> proof
      /enrol               forced set-up                -> factor + proof
      /recovery-codes      codes to be saved            -> acknowledged
    done                   session opened or raised, its cookie renamed; back to the door, which asks the gate again

Pure, plain values in and out, `now` an argument:
    proofs      what was proven, when, with which factor; which proofs still count
    assurance   counted proofs -> acr, amr, auth_time; nothing else writes those claims
    demand      what a door, an app, a request, a person's setting ask; joining can only make it stricter
    steps       what is missing: identify, prove, enrol, save the codes, done, or refuse
    policy      from settings, people and requests to demands
    throttle    lanes and limits

On rows: visitor and attempt (who is here, how far along), person (with what they can prove), password, second_step,
passkey, completion, devices; enrolment, new_authenticator, new_passkey (what is set up); contact_changes, new_phone.
HTTP: gate, sign_out, routes.
"""

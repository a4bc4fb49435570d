"""What one request knows, as read from rows: the person, their session, and the login flow.

person        a user with their factors: what they can prove now, and which of their proofs count
session       the authenticated session of this browser, evaluated anew at every request
policy_rules  the rules of the present policy, parsed once; reasons: which of them asked for what
login_flow    a login flow: its person, its requirement and its next step
simulation    the pages that somebody would get at a sign-in; owners: whether one of them could sign in
paths         the paths of the pages of a login flow; initiators: what started it
"""

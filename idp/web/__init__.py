"""HTTP plumbing that every page and endpoint shares; it knows nothing of sign-in or OAuth.

request -> request id -> view(tx): reads cookies and form, checks csrf -> headers -> log line
                         returning commits, raising rolls back

context     what the views are given: settings, clock, database, keys
transact    one transaction per request
cookies     names and attributes of all our cookies
csrf        same-origin check and form tokens
forms       reading a form strictly
paths       what may stand in a variable part of an address
headers     content security policy and its companions
errors      every refusal as a page with a remedy, and never a stack trace
logs        one JSON object per line
language    which language a page is in
places      where an address is, in the words of that language
pages       rendering, with what every template needs
"""

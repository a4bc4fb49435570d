"""The rules of signing in, pure: plain values in and out, `now` an argument, no database and no HTTP.

methods        the registry of authentication methods
   |
proofs         what was proven, when and with which factor; which proofs count
   v
assurance      counted proofs -> acr, amr, auth_time; nothing else writes those claims
   v
requirement    what must be reached; joining two can only make them stricter
   ^           requirement_sources: settings, users and requests -> requirements
   v
steps          proofs + requirement -> the next step of a login flow

rules              what administrators state for people, groups, apps and networks; the strictest counts
available_methods  which second steps a person has, the most secure first
rate_limits        the buckets that guesses and messages are counted in, and their limits
"""

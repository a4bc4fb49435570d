"""`idp demo`: a provider and a sample app on this machine, with an embedded database.

demonstration    settings, people and the app's registration, made once and stored
children         the two processes: started, watched, stopped together
"""

"""HTTP plumbing shared by all pages and endpoints; independent of sign-in and OAuth.

request -> request id -> view(tx): reads cookies and form, checks csrf -> headers -> log line
                         returning commits, raising rolls back

context         services available to views: settings, clock, database, keys
transactions    one transaction per request
cookies         names and attributes of our cookies
csrf            same-origin check and form tokens
forms           strict parsing of form fields
choices         lists to choose from in forms
paths           path parameters, and redaction of paths
account_paths   paths of the account's pages; mailed_link_paths: those of links in mails
wsgi            refuses requests for other hosts; answers when the application fails
headers         content security policy and other headers
published       documents that are the same for everybody, answered before Flask
errors          error pages
logs            JSON log lines
language        language of the page
client_address  address of the client behind the proxies
client_logos    addresses of logos of clients; client_colors: their stylesheets
geoip           localized locations of IP addresses
pages           rendering of pages
navigation      which page of a section is shown, and the notice after a change
"""

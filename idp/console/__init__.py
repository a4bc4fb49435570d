"""The console: what administrators see and change, below `/admin/`.

    GET   guard.views(permission)     session -> role -> level mfa, fresh  ->  read transaction   -> page
    POST  guard.changes(permission)   the same -> form token               ->  write transaction
                                      -> use case of `idp.admin` -> 303 to a page that shows what was done

A session without a role gets 403, and an audit event. A session of a lower level, or one that is too old, is led
through a login flow and back by GET. `recent=True` is for what cannot be undone: its confirmation page and its form
want a second factor of the last ten minutes (`admin_change_age`); everything else one of the last twelve hours
(`admin_view_age`).

    guard       who may see a page or post a form
    responses   what all pages share: navigation, notices, the confirmation page
    paging      pages of long lists, by the key of a row
    tables      cells of tables, named for screens on which rows are cards
    pages       HTTP; private to this package

No page decides anything: `idp.admin` has the rules, and the command line uses the same functions.
"""

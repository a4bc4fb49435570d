"""Audit events in words: one vocabulary for people, administrators and exports.

    AuditEvent -> own_sentences     for the person it is about, in *My account*
               -> admin_sentences   for administrators, with the names of everybody; the name of each kind of event
               -> detail_texts      the details of one event, in words where they are known
               -> export            one JSON object a line, for `idp audit` and the console

Pure, except `export`, which reads events batch by batch.
"""

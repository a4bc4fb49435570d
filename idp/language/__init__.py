"""Translating sentences into people's languages, and times into their zones.

wishes (ui_locales, own setting, browser)  ->  tags.first_spoken   ->  one of ours
own setting                                ->  Reader: language, direction, time zone
values with `Text` and `Moment` in them    ->  words.localize_values ->  the same values in the reader's words
templates' `_()` and `{% trans %}`         ->  jinja               ->  likewise, by the variable `lang`

tags        our languages, and which of them matches a requested tag
reader      who reads: language and zone
zones       the time zones people may choose
places      where an address is, if the operator supplies a file that knows
catalogues  `templates/languages/<tag>.po`, read once per process
words       sentences and times for a reader
jinja       translations inside templates

What has no translation (yet) stays English.
"""

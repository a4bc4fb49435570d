"""Translation of sentences and formatting of times for their reader.

requested tags (ui_locales, profile, browser)  ->  tags.best_match  ->  a supported language
profile                                        ->  Reader: language, direction, time zone
values with `Text` and `Moment`                ->  localization.localize_values  ->  localized values
templates' `_()` and `{% trans %}`             ->  jinja, by the variable `lang`

tags          supported languages, and matching of language tags
reader        language and time zone of a reader
zones         selectable time zones
geoip         locations of IP addresses, from the operator's file
catalogues    `templates/languages/<tag>.po`, read once per process
localization  localized sentences and times
jinja         translation in templates

Text without a translation stays English.
"""

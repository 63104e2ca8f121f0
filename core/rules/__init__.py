"""Why a line can't be refunded. Nothing here knows a database or a screen.

rows, benefits, people, claims, months
            the refusals, a few lines each: code, text, remedy, condition and source in one place
holds       what stops a whole batch
catalogue   every refusal by its code
engine      runs all rules over all lines in one pass
judgement   what came out, as columns
lines, facts, rule, basis
            what a rule is written with
"""

#: Raised by hand whenever a rule, its order or its text changes: a preview made under another version is stale.
RULE_VERSION = "1"

"""The rules across fields: small functions over the wire mapping, one per sentence of the exchanges' documents.

What needs no account is also in the spec's schema, and a test holds that the two agree.
"""

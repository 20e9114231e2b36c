"""From the specs to the clients: every ``specs/<name>.yaml`` becomes ``generated/leverset_<name>``.

``python -m generator`` is the command. Read in this order:

- ``document``: a spec as plain data, with the place of every value
- ``standard``: is it OpenAPI?
- ``facts``, ``exchange``, ``operation``: what it says beyond OpenAPI
- ``schemas``, ``requests``, ``replies``: would the generated models say the same as it does?
- ``client``: the package, as bytes
- ``output``: is that what lies on the disk?

Nothing here is needed at run time, and nothing here is imported by the hand-written layer.
"""

"""From the specs to the clients and the reference.

Every ``specs/<name>.yaml`` becomes ``generated/leverset_<name>`` and pages in ``docs/reference/``.

``python -m generator`` is the command. Read in this order:

- ``document``: a spec as plain data, with the line and column of every value
- ``standard``: is it OpenAPI?
- ``facts``, ``exchange``, ``operation``: what the spec says beyond OpenAPI, for ``operations.py``
- ``schemas``, ``requests``, ``responses``: would the generated models mean the same as the spec?
- ``fields``, ``examples``: what a request may contain, for ``operations.py``
- ``client``: the files of the package
- ``pages``, ``rule_texts``, ``response_texts``, ``error_pages``: the reference, in the Markdown of ``markdown``
- ``output``: compare them with the files on disk, and write what differs

Nothing here is needed at run time, and nothing here is imported by the hand-written layer.
"""

"""python -m tests.faults [NAME …]: put every fault (or those named) into a copy, and write docs/evidence/faults.md.

With names, it says what catches them and writes nothing.
"""

import sys
import tempfile
from pathlib import Path

from tests.faults.workshop import PAGE, Workshop, faults, page

wanted = sys.argv[1:]
caught = {}
with tempfile.TemporaryDirectory() as folder:
    workshop = Workshop(Path(folder) / "copy")
    for fault in faults():
        if wanted and fault.name not in wanted:
            continue
        caught[fault.name], said = workshop.caught(fault)
        sys.stdout.write(f"{fault.name}: {caught[fault.name] or 'NOT CAUGHT'}\n")
        sys.stdout.flush()
        if wanted or not caught[fault.name]:
            sys.stdout.write(said[-3000:])
if not all(caught.values()):
    sys.exit("docs/evidence/faults.md was not written: some faults are not caught")
if not wanted:
    PAGE.write_text(page(caught), encoding="utf-8")

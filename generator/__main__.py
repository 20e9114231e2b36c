"""The command: ``python -m generator [--check] [--specs DIR] [--output DIR]``."""

import argparse
import re
import sys
from pathlib import Path

from generator import client, output, requests, responses, schemas, standard
from generator.document import SpecError, read
from generator.exchange import read_exchange
from generator.operation import with_requests


def build(specs: Path) -> dict[str, bytes]:
    """Every file of every package, by its path below the output folder. Nothing is written there."""
    found = sorted(path for path in specs.glob("*") if path.suffix in {".yaml", ".yml", ".json"})
    if not found:
        raise SpecError(f"{specs}: there is no spec in this folder (<name>.yaml)")
    client.check_tools()
    files: dict[str, bytes] = {}
    for path in found:
        if path.suffix != ".yaml" or not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
            raise SpecError(f"{path}: a spec is called <name>.yaml, the name in snake_case: it names the package")
        document = read(path)
        standard.check(document)
        exchange = read_exchange(document)
        schemas.check_components(document)
        for operation in exchange.operations:
            requests.check(exchange, operation)
            responses.check(exchange, operation)
        standard.check_values(document)
        files |= client.build(document, with_requests(exchange))
        files[f"leverset_{path.stem}/openapi.yaml"] = path.read_bytes()  # travels with the package
    return files


def main(arguments: list[str] | None = None) -> int:
    """Run the command: status 0, 1 (--check found differences) or 2 (a spec or a tool is wrong)."""
    parser = argparse.ArgumentParser(prog="python -m generator", description="Generate the clients from the specs.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing, name every file that is not as it should be"
    )
    parser.add_argument("--specs", type=Path, default=Path("specs"), metavar="DIR", help="the specs (default: specs)")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("generated"),
        metavar="DIR",
        help="the packages (default: generated)",
    )
    options = parser.parse_args(arguments)
    try:
        files = build(options.specs)
        differences = output.compare(files, options.output)
        if not options.check:
            output.write(differences, files, options.output)
    except (SpecError, client.ToolError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for difference in differences:
        print(f"{options.output / difference.path}: {difference.kind if options.check else difference.action}")
    if options.check and differences:
        print('error: the generated code is not what the specs say: run "make gen"', file=sys.stderr)
        return 1
    print(f"{options.output}: {len(files)} files, {'all' if not differences else 'now all'} as the specs say")
    return 0


if __name__ == "__main__":
    sys.exit(main())

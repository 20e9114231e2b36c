"""The command: ``python -m generator [--check] [--specs DIR] [--output DIR] [--docs DIR]``."""

import argparse
import re
import sys
from pathlib import Path

from generator import client, output, pages, requests, responses, schemas, standard
from generator.document import SpecError, read
from generator.exchange import read_exchange
from generator.facts import Exchange
from generator.operation import with_requests


def build(specs: Path) -> tuple[dict[str, bytes], list[Exchange]]:
    """Every file of every package, by its path below the output folder, and what the specs say. Nothing is written."""
    found = sorted(path for path in specs.glob("*") if path.suffix in {".yaml", ".yml", ".json"})
    if not found:
        raise SpecError(f"{specs}: there is no spec in this folder (<name>.yaml)")
    client.check_tools()
    files: dict[str, bytes] = {}
    exchanges: list[Exchange] = []
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
        exchanges.append(with_requests(exchange))
        files |= client.build(document, exchanges[-1])
        files[f"leverset_{path.stem}/openapi.yaml"] = path.read_bytes()  # travels with the package
    return files, exchanges


def main(arguments: list[str] | None = None) -> int:
    """Run the command: status 0, 1 (--check found differences) or 2 (a spec or a tool is wrong)."""
    parser = argparse.ArgumentParser(
        prog="python -m generator", description="Generate the clients and the reference from the specs."
    )
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
    parser.add_argument(
        "--docs",
        type=Path,
        default=Path("docs/reference"),
        metavar="DIR",
        help="the reference (default: docs/reference)",
    )
    options = parser.parse_args(arguments)
    try:
        files, exchanges = build(options.specs)
        names = tuple(exchange.name for exchange in exchanges)
        places = [
            output.Place(options.output, files, ("leverset_*",)),
            output.Place(options.docs, pages.build(exchanges, options.docs), names, pages.MARK),
        ]
        found = [(place, output.compare(place)) for place in places]
        for place, differences in found if not options.check else ():
            output.write(differences, place)
    except (SpecError, client.ToolError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for place, differences in found:
        for difference in differences:
            print(f"{place.root / difference.path}: {difference.kind if options.check else difference.action}")
    if options.check and any(differences for _, differences in found):
        print('error: the generated files are not what the specs say: run "make gen"', file=sys.stderr)
        return 1
    for place, differences in found:
        print(f"{place.root}: {len(place.files)} files, {'now all' if differences else 'all'} as the specs say")
    return 0


if __name__ == "__main__":
    sys.exit(main())

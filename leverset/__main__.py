"""`python -m leverset` is the command `leverset`."""

from leverset.cli import main

if __name__ == "__main__":
    main()

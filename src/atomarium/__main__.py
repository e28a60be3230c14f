"""`python -m atomarium`."""

from atomarium.cli.main import main

main()

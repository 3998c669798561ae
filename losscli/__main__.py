"""`python -m losscli` and the installed command `losscli`: the way in from a shell."""

from __future__ import annotations

from losscli.cli.boundary import main

if __name__ == "__main__":
    main()

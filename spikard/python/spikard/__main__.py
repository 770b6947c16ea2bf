"""``python -m spikard``."""

from spikard._cli import main

if __name__ == "__main__":
    main()

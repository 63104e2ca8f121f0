"""``make texts``: collect the texts of the code into the English catalogue and say which ones want a translation."""

import sys

from core.texts.catalogue import ENGLISH, ROOT, update_catalogue


def main() -> int:
    """Update the catalogue; 1 while a translation is missing."""
    missing = update_catalogue()
    for text in missing:
        sys.stdout.write(f"no English yet: {text!r}\n")
    sys.stdout.write(f"{ENGLISH.relative_to(ROOT)}: {len(missing)} to translate\n")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())

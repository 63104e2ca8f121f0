"""What every command needs: its arguments, the desk, and printing rows as csv, json or a table."""

import argparse
import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from core.domain.errors import InvalidInput
from core.domain.identifiers import normalise
from core.domain.period import Period
from core.texts import _, explain, use_wording

# Services bring pandas, SQLAlchemy and the like: each command imports its own, so that --help and a typing error answer at once.
if TYPE_CHECKING:
    from core.services.desk import Desk

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
FORMATS = ("csv", "json", "table")


class WrongUsageError(Exception):
    """The command can't be understood as it was typed."""


class Parser(argparse.ArgumentParser):
    """argparse with our way out, and options only as they are spelled: an abbreviation may mean another one tomorrow."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        raise WrongUsageError(
            _("用法不正确：{message}\n{usage}").format(message=message, usage=self.format_usage().strip())
        )


def add(commands: Any, name: str, run: Any, meaning: str) -> argparse.ArgumentParser:
    """A command of this name that does ``run(options)``; returns its parser."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=meaning, description=meaning)
    parser.set_defaults(run=run)
    return parser


def group(commands: Any, name: str, meaning: str) -> Any:
    """Where the actions of ``name`` are added: ``python -m core NAME ACTION``."""
    return commands.add_parser(name, help=meaning).add_subparsers(required=True, metavar="ACTION")


def month(text: str) -> Period:
    """A month as it is typed: ``2022-01``."""
    try:
        return Period.parse(normalise(text))
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(explain(error)) from error


def add_format(parser: argparse.ArgumentParser, default: str) -> None:
    """``--format csv|json|table``."""
    parser.add_argument(
        "--format", choices=FORMATS, default=default, help=_("输出格式（默认 {format}）").format(format=default)
    )


@contextmanager
def operator_desk() -> Iterator["Desk"]:
    """The desk of this environment, in the wording of its owner; closed when the command is done."""
    from core.services.desk import open_desk
    from core.services.wordings import wordings_in_force

    desk = open_desk()
    try:
        use_wording(wordings_in_force(desk))
        yield desk
    finally:
        desk.database.dispose()


def say(sentence: str) -> None:
    """A message to whoever typed the command."""
    print(sentence, file=sys.stderr)


def flag(value: object) -> str:
    """``yes`` or ``no``."""
    return "yes" if value else "no"


def print_rows(form: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows in one of ``FORMATS``; every cell is text already."""
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    elif form == "json":
        _print_json(columns, rows)
    else:
        _print_table([columns, *rows])


def _print_json(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """One array, written row by row as they come: a list of any length needs no memory."""
    opening = "["
    for row in rows:
        print(f"{opening}\n {json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)}", end="")
        opening = ","
    print("[]" if opening == "[" else "\n]")


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

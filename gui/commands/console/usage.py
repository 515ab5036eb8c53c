"""What is wrong with a command line, in one sentence, for all commands.

typer prints the usage of the command, a hint and an error of its own. Here each of its errors
becomes one sentence on standard error, as for every other bad input, with exit status 2. An unknown
command or option is followed by the one that it resembles.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from gui.commands.console.terminal import (
    INTERRUPTED,
    USAGE_ERROR,
    StandardOutputError,
    abandon_standard_output,
    near_it,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# typer exports only one of the exceptions. They are click's, or those of typer's copy of click,
# depending on typer's version; their module is the same either way.
_errors = sys.modules[typer.BadParameter.__module__]
FILE_COMMAND = "open"
"""The command that a MIDI file in the place of a command stands for."""


class Commands(TyperGroup):
    """A group of commands whose usage errors are one sentence."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and exit; the status is 2 for a bad command line, 130 for Ctrl-C."""
        rest = (args, prog_name, complete_var)
        if not standalone_mode:
            return super().main(*rest, False, windows_expand_args, **extra)
        try:
            left = super().main(*rest, False, windows_expand_args, **extra)
        except _errors.ClickException as error:
            say(f"antiphon: {usage_sentence(error)}", sys.stderr)
            sys.exit(USAGE_ERROR)
        except (typer.Abort, KeyboardInterrupt):
            sys.exit(INTERRUPTED)
        except StandardOutputError as error:
            abandon_standard_output()
            text = f"antiphon: standard output: cannot be written ({error.strerror})."
            say(text, sys.stderr)
            sys.exit(USAGE_ERROR)
        sys.exit(left if isinstance(left, int) else 0)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the options of the group; fail without a command if one is needed."""
        if not (args or self.invoke_without_command or ctx.resilient_parsing):
            ctx.fail(f"a command is missing; there are {', '.join(self.list_commands(ctx))}")
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the first word names, or fail; a MIDI file names one too."""
        if args and self.get_command(ctx, args[0]) is None:
            if self.get_command(ctx, FILE_COMMAND) is not None and is_midi_file(args[0]):
                return super().resolve_command(ctx, [FILE_COMMAND, *args])
            known = [each for each in self.list_commands(ctx) if each != FILE_COMMAND]
            near = near_it(args[0], known)
            ctx.fail(f"there is no command {args[0]!r}{near}; there are {', '.join(known)}")
        return super().resolve_command(ctx, args)


def is_midi_file(word: str) -> bool:
    """Return whether a word is the path of a MIDI file, which need not exist."""
    from bridge.midi.smf import ENDINGS

    return word.lower().endswith(ENDINGS)


def usage_sentence(error: Any) -> str:
    """Return the sentence for an error of typer's parser."""
    context = getattr(error, "ctx", None)
    words = _command_words(context)
    command = f"{' '.join(words)}: " if words else ""
    if isinstance(error, _errors.NoSuchOption):
        return f"{command}{_no_such_option(error.option_name, context)}"
    if isinstance(error, _errors.MissingParameter):
        return f"{command}{_missing(error.param)}; `antiphon {' '.join(words)} --help` explains it."
    if isinstance(error, _errors.BadOptionUsage):
        what = "takes no value" if "does not take" in error.message else "needs a value"
        return f"{command}{error.option_name} {what}."
    if isinstance(error, _errors.BadParameter) and error.param is not None:
        option = (error.param.opts or [error.param.name])[-1]
        return f"{option}: {_plain(error.message)}"
    return f"{command}{_plain(error.format_message())}"


def _command_words(context: Any) -> list[str]:
    """Return the words that name a command, without the program's own name."""
    words = []
    while context is not None and context.parent is not None:
        words.append(str(context.info_name))
        context = context.parent
    return words[::-1]


def _no_such_option(option: str, context: Any) -> str:
    known = [
        each
        for parameter in (() if context is None else context.command.get_params(context))
        for each in (*parameter.opts, *parameter.secondary_opts)
        if each.startswith("-")
    ]
    return f"there is no option {option!r}{near_it(option, known)}."


def _missing(parameter: Any) -> str:
    if parameter is None:
        return "an argument is missing"
    if parameter.param_type_name == "argument":
        return f"{parameter.metavar or parameter.name.upper()} is missing"
    return f"the option {parameter.opts[0]} is missing"


def _plain(message: str) -> str:
    """Return a message of the parser as the end of a sentence."""
    text = " ".join(message.split()).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}."

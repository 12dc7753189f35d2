"""`redeem`: the code of a benefit used in the shop."""

import click

from engine.commands.opening import by, opened, release_of
from engine.commands.options import as_option, json_option
from engine.errors import UsageError
from engine.people.redeeming import RedeemingError, Till, Use, redeem
from engine.projects.project import Project
from engine.storage.bad_values import BadValueError
from engine.storage.symbols import load_symbols
from engine.storage.values import read_money
from engine.terminal import print_json, talk
from engine.views.benefits import coupon
from engine.views.window import look
from engine.wording import say


@click.command("redeem")
@click.argument("code")
@click.option("--amount", metavar="N", help="What the customer spends.")
@click.option("--shop", metavar="NAME", help="Where.")
@as_option
@json_option
def redeem_command(
    code: str, amount: str | None, shop: str | None, actor: str | None, *, as_json: bool
) -> None:
    """Use the code of a benefit, once. Spaces, hyphens and the case of letters do not matter."""
    use = Use(_money(amount), shop)
    with opened() as project:
        model, who = release_of(project).model, by(project, actor)
        try:
            with project.store.write() as connection:
                till = Till(connection, model, load_symbols(connection), project.config.zone)
                redeem(till, code, use, who)
        except RedeemingError as error:
            if as_json:
                print_json(_told(project, code) | {"refused": error.word, "message": str(error.message)})
            raise
        told = _told(project, code)
    if as_json:
        print_json(told | {"refused": None, "message": None})
    else:
        talk(say("redeemed: {title} for {customer}", title=told["title"], customer=told["customer"]))


def _told(project: Project, code: str) -> dict[str, object]:
    with project.store.read() as connection:
        return coupon(look(connection, project.config), code)


def _money(amount: str | None) -> int | None:
    try:
        units = read_money(amount)
    except BadValueError as error:
        raise UsageError(say("--amount: {error}", error=error.reason)) from None
    if units is not None and units < 0:
        raise UsageError(say("--amount: it is less than nothing"))
    return units

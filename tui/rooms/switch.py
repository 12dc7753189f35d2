"""The switch that stops sending, as rooms use it: what is asked before, and the verbs of `homing pause`, `resume`."""

from collections.abc import Callable

from engine.calendars.zone import Zone
from engine.delivery.pausing import Pause, What, go_on, stop
from engine.people.practice import Hand
from engine.views.pauses import pause_said
from tui.dialogs import Confirm
from tui.wording import say, say_number, told

STOPPED = say("It is paused: nothing of it leaves.")
GOES_ON = say("It goes on.")
TOO_LATE = say("Somebody else has done that already.")


def what_stays(waits: int, usual: int | None = None) -> str:
    """What a pause would keep. `usual`: how many leave on a day."""
    said = [say_number("{n:,} message that waits now stays.", "{n:,} messages that wait now stay.", n=waits)]
    if usual is not None:
        said.append(say("About {number:,} leave on a day.", number=usual))
    rest = say(
        "Customers go on through their journeys; what waits for too long is given up, as the rules say."
    )
    return f"{' '.join(map(told, said))}\n{told(rest)}"


def asking_to_go_on(pause: Pause, zone: Zone) -> Confirm:
    """Whether somebody means it, with what is stopped and since when."""
    rest = say("Each message that waited is put to the rules again before it leaves.")
    question = say("Let {what} go on?", what=pause.name) if pause.name else say("Let all sending go on?")
    return Confirm(question, f"‖ {told(pause_said(pause, zone))}\n\n{told(rest)}")


def when_sure(do: Callable[[], object]) -> Callable[[bool | None], None]:
    """What an answer leads to: something, if it is yes."""

    def answered(sure: bool | None) -> None:  # noqa: FBT001  # what a dialog says
        if sure:
            do()

    return answered


def stopping(what: What, name: str, because: str) -> Callable[[Hand], bool]:
    """The verb that stops something; False when it was stopped already."""
    return lambda hand: stop(hand.connection, what, name, hand.by, because)


def letting_go(pause: Pause) -> Callable[[Hand], bool]:
    """The verb that takes a pause back. A quarantine ends with a pause of everything."""
    what: What = "all" if pause.what == "quarantine" else pause.what
    return lambda hand: go_on(hand.connection, what, pause.name, hand.by)

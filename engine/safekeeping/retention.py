"""Old rows that nobody needs any more go by `[retention]`, a stretch of customers at a time.

What rules may still ask for stays: `engine.plans.needs` tells how far they look back, and whatever is later than the
entry of somebody under way stays with them. Enrolments, opt-outs, consents and benefits that were given are never
deleted: rules, quotas and stock count them for good. Which rows go is `engine.safekeeping.passing`.
"""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from dsl.model.model import Model
from engine.plans.needs import needs
from engine.projects.keeping import check_retention
from engine.projects.project import Project
from engine.projects.releases import find_release
from engine.safekeeping.cutting import cut_trail
from engine.safekeeping.passing import BY_CUSTOMER, BY_TIME, Passing, Stretch
from engine.storage.customers import customer
from engine.storage.forgotten import Round, last_round, note_round
from engine.storage.schema import run

STRETCH = 250
"""Customers whose rows one transaction looks at: with dozens of rows each, it takes less than a tenth of a second."""

STRETCHES = 40
"""Transactions of one call, unless it says otherwise; the next one goes on where it stopped."""

AT_ONCE = 2_000
"""Rows of no customer that one transaction deletes."""


def forget(project: Project, now: int, stretches: int = STRETCHES) -> None:
    """Go on forgetting: a round over everything once a day, some of it in each call.

    RetentionError when too little would be kept for the rules in force.
    """
    if not project.config.retention:
        return
    with project.store.read() as connection:
        before = last_round(connection)
        if before is not None and before.rests(now):
            return
        release = find_release(connection, project.config)
    if release is not None:
        check_retention(project.config, release.model)
        forget_by(project, release.model, now, stretches=stretches)


def forget_by(
    project: Project, model: Model, now: int, stretch: int = STRETCH, stretches: int = STRETCHES
) -> None:
    """The same by a rule set. What a run has not seen yet stays: time is that of the last run."""
    with project.store.read() as connection:
        ran = connection.execute(sa.select(run.c.at, run.c.seq).order_by(run.c.run.desc()).limit(1)).first()
        under_way = last_round(connection)
    if ran is not None:
        passing = Passing(project.config, model, needs(model), min(now, ran.at), ran.seq)
        _Forgetting(project, passing, now, stretches).go_on(under_way, stretch)


@dataclass(frozen=True, slots=True)
class _Forgetting:
    project: Project
    passing: Passing
    now: int
    stretches: int

    def go_on(self, before: Round | None, stretch: int) -> None:
        """Some stretches of the round under way, or of a new one when the last began a day ago."""
        if before is not None and before.rests(self.now):
            return
        if before is None or before.done is not None:
            before = Round(self.now)
            self._of_nobody(before)
        for _ in range(self.stretches):
            with self.project.store.write() as connection:
                self._some(connection, before, stretch)
                note_round(connection, before)
            if before.done is not None:
                return

    def _some(self, connection: sa.Connection, under_way: Round, stretch: int) -> None:
        """The rows of the next customers."""
        some = sa.select(customer.c.customer).where(customer.c.customer > under_way.place)
        high = connection.scalar(some.order_by(customer.c.customer).offset(stretch - 1).limit(1))
        here = Stretch(connection, under_way.place, high)
        for key, drop in BY_CUSTOMER.items():
            if key in self.passing.config.retention:
                under_way.gone[key] += drop(self.passing, here)
        if high is None:
            under_way.done = self.now
        else:
            under_way.place = high

    def _of_nobody(self, under_way: Round) -> None:
        """What belongs to no customer, before the customers come: a kill leaves it to be done again."""
        for key, find in BY_TIME:
            if key in self.passing.config.retention:
                under_way.gone[key] += self._in_parts(find(self.passing))
        if "rejects" in self.passing.config.retention:
            under_way.gone["rejects"] += _files(self.project.rejects, self.passing.before("rejects"))
        if "trail" in self.passing.config.retention:
            under_way.gone["trail"] += cut_trail(self.project, self.passing.before("trail"), self.now)

    def _in_parts(self, old: sa.Select[tuple[int]]) -> int:
        """Rows are found outside of any writer's transaction, and deleted by their keys."""
        table = old.get_final_froms()[0]
        assert isinstance(table, sa.Table)  # noqa: S101
        mine = [column == sa.bindparam(f"its_{column.name}") for column in table.primary_key]
        count = 0
        for _ in range(STRETCHES):
            with self.project.store.read() as connection:
                keys = [
                    {
                        f"its_{column.name}": value
                        for column, value in zip(table.primary_key, row, strict=True)
                    }
                    for row in connection.execute(old.limit(AT_ONCE))
                ]
            if not keys:
                break
            with self.project.store.write() as connection:
                connection.execute(table.delete().where(*mine), keys)
            count += len(keys)
        return count


def _files(folder: Path, before: int) -> int:
    """Files of rows that imports refused."""
    if not folder.is_dir():
        return 0
    old = [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime * 1000 < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)

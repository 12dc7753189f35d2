"""The review room, a terminal interface: shows what the engine knows and calls its verbs. No SQL, no business rule.

How a room is made. A room is a `Room[S]` (see `tui.room`) in `tui/rooms/`, and has a `Door` in `tui/doors.py`, which
gives it its key and its name, and says what is dealt with in it. `S` is what it shows: one frozen dataclass, made of
the views in `engine.views` by a plain function `read_…(sight)`. That runs in a thread, in a short transaction, whenever
the database has changed; what it returns becomes the room's `snapshot`, and `show(snapshot)` brings it to the widgets.

What people decide is a verb of `engine.people`, called by `await self.act(…)`, which tells what was refused. Keys are
`BINDINGS` with a `say("…")` as description: hints, help and palette follow. Data reach a widget through
`tui.wording.told` only, as `Content` or to a widget with `markup=False`, never as markup. Styles are in `styles.tcss`.
"""

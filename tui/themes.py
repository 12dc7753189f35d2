"""Two themes: dark and light, with contrast enough for a day in front of them. No sign is a colour alone."""

from textual.theme import Theme

DARK = Theme(
    name="homing-dark",
    primary="#7aa2f7",
    secondary="#9ece6a",
    accent="#e0af68",
    warning="#e0af68",
    error="#f7768e",
    success="#9ece6a",
    foreground="#d5d9e6",
    background="#16181f",
    surface="#1c1f29",
    panel="#272b38",
    dark=True,
    variables={"muted": "#8f96ad"},
)

LIGHT = Theme(
    name="homing-light",
    primary="#1f4fb5",
    secondary="#2f6f2a",
    accent="#8a5300",
    warning="#8a5300",
    error="#b3123a",
    success="#2f6f2a",
    foreground="#1d2030",
    background="#f7f7f4",
    surface="#ffffff",
    panel="#e6e7e2",
    dark=False,
    variables={"muted": "#5c6270"},
)

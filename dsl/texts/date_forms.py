"""Forms of dates as people write them elsewhere, `YYYY-MM-DD`, in the signs that templates take. Data."""

import re

_SIGNS = (
    *(("yyyy", "%Y"), ("yy", "%y"), ("mm", "%m"), ("m", "%-m"), ("dd", "%d"), ("d", "%-d")),
    *(("hh", "%H"), ("h", "%-H"), ("xx", "%m"), ("x", "%-m")),
)
_OF = dict(_SIGNS)
_PART = re.compile(
    r"[yY]{4}|[yY]{2}|M{1,2}|[dD]{1,2}|[hH]{1,2}(?=[:：时点])|(?<=[:：时点])m{1,2}|m{1,2}|[xX]{1,2}"
)


def date_form(form: str) -> str:
    """The form with a `%` sign for each part that it seems to name; one to begin with when it names none."""
    minutes = re.sub(r"(?<=[:：时点])m{2}", "%M", form)
    found = _PART.sub(lambda part: _OF[part[0].lower()], minutes)
    return found if "%" in found else "%-m月%-d日"

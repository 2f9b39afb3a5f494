"""What the terminal shows: the three links of a session, and the QR code for the hall."""

from __future__ import annotations

import io
import sys

import segno

from server.settings.address import Reach


def links(title: str, session: str, key: str, stage: str, reach: Reach) -> str:
    """Join, stage and control link of a session; the control link alone holds the key, the stage's its token."""
    return "\n".join(
        (
            f"  {title}",
            "",
            f"    join     {reach.join(session)}",
            f"    stage    {reach.stage(session, stage)}",
            f"    control  {reach.control(session, key)}",
            "             (whoever has the control link leads the lecture: do not show it)",
        )
    )


def banner(title: str, session: str, key: str, stage: str, reach: Reach, everywhere: bool, admin: str = "") -> str:
    """What `gnn-live` prints once its pages answer; with the admin token where making sessions needs one."""
    parts = ["", links(f"gnn-live · {title}", session, key, stage, reach), ""]
    if reach.hall:
        parts += [_indented(qr(reach.join(session))), f"    {reach.short(session)}", ""]
    elif everywhere:
        parts += ["  No network was found, so no phone can join: connect this computer to one and start again."]
    else:
        parts += ["  Only this computer can join. To let the phones of the hall in: gnn-live --hall"]
    if admin:
        parts += [f"    admin    {admin}", "             (making sessions from elsewhere needs this token)", ""]
    return "\n".join([*parts, "  Ctrl-C stops it; the session is kept.", ""])


def qr(text: str) -> str:
    """A QR code that a phone reads from a dark or a light terminal: in half blocks, or else in inverted spaces."""
    code = segno.make(text, error="m", micro=False)
    drawing = io.StringIO()
    code.terminal(drawing, border=2, compact=True)
    if not _shows(drawing.getvalue()):
        drawing = io.StringIO()
        code.terminal(drawing, border=2)  # ANSI escapes and spaces: ASCII alone, twice as wide
    return drawing.getvalue()


def _shows(text: str) -> bool:
    """Whether the terminal's encoding has these letters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())

"""`homing review --web` as a process, for pages to be opened on it."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.projects import Homing


@asynccontextmanager
async def served(homing: Homing, actor: str) -> AsyncIterator[str]:
    """Rooms for somebody, at this address; stopped as Ctrl+C does, which may take no longer than a moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("homing"), "--project", homing.folder, "review"]
    server = await asyncio.create_subprocess_exec(
        *command, "--web", f"127.0.0.1:{port}", "--as", actor, stderr=asyncio.subprocess.PIPE
    )
    assert server.stderr is not None
    said = await server.stderr.readline()
    assert f"http://127.0.0.1:{port}".encode() in said, said
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        await server.communicate()
    assert server.returncode == 0

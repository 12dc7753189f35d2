"""The file and console channels, their settings, and what a terminal may be shown."""

import io
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.channels.building import build_channel, build_channels
from engine.channels.console import ConsoleChannel
from engine.channels.file import FileChannel
from engine.channels.protocol import Accepted, ChannelSettingsError, NotSent, Outgoing, Rejected
from engine.config import ChannelConfig, parse_config
from engine.visible import visible


def always() -> bool:
    """Nothing is late."""
    return True


def message(key: str = "K1", text: str = "您好", subject: str | None = None) -> Outgoing:
    """A message to a customer."""
    return Outgoing(key, f"{key}.1", "sms", "C1", "13800000001", subject, text, "2026-11-23T10:00:00+08:00")


def lines(path: Path) -> list[dict[str, str]]:
    """The lines of an outbox."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestFile:
    """`kind = "file"`."""

    def test_each_message_is_one_line(self, tmp_path: Path) -> None:
        """With its fields in a fixed order, in UTF-8, readable by nobody else."""
        path = tmp_path / "outbox.jsonl"
        assert FileChannel(path).send([message(), message("K2", "a\nb", "题")], always) == [
            Accepted(),
            Accepted(),
        ]
        assert path.read_text(encoding="utf-8") == (
            '{"key":"K1","channel":"sms","customer":"C1","to":"13800000001","subject":null,"text":"您好",'
            '"at":"2026-11-23T10:00:00+08:00"}\n'
            '{"key":"K2","channel":"sms","customer":"C1","to":"13800000001","subject":"题","text":"a\\nb",'
            '"at":"2026-11-23T10:00:00+08:00"}\n'
        )
        assert path.stat().st_mode & 0o777 == 0o600

    def test_a_missing_folder(self, tmp_path: Path) -> None:
        """It is made in the project; elsewhere it may be a disk that is not there, and is an error."""
        settings = {"path": "out/sms/outbox.jsonl"}
        channel = build_channel(ChannelConfig("sms", settings=settings), tmp_path)
        assert channel.send([message()], always) == [Accepted()]
        assert (tmp_path / "out/sms/outbox.jsonl").exists()
        settings = {"path": str(tmp_path / "disk" / "outbox.jsonl")}
        (tmp_path / "shop").mkdir()
        with pytest.raises(ChannelSettingsError, match="no such folder"):
            build_channel(ChannelConfig("sms", settings=settings), tmp_path / "shop")

    def test_what_is_there_stays(self, tmp_path: Path) -> None:
        """A second send appends."""
        channel = FileChannel(tmp_path / "outbox.jsonl")
        channel.send([message("K1")], always)
        channel.send([message("K2")], always)
        assert [line["key"] for line in lines(channel.path)] == ["K1", "K2"]

    def test_half_a_line_left_by_a_crash_spoils_no_other(self, tmp_path: Path) -> None:
        """It is ended before the next is written, and its message does not count as sent."""
        path = tmp_path / "outbox.jsonl"
        channel = FileChannel(path)
        channel.send([message("K1")], always)
        path.write_bytes(path.read_bytes() + b'{"key":"K2","channel":"sm')
        channel.send([message("K3")], always)
        written = path.read_text(encoding="utf-8").splitlines()
        assert len(written) == 3
        assert json.loads(written[2])["key"] == "K3"
        assert channel.settled(["K1", "K2", "K3", "K4"]) == {"K1": Accepted(), "K3": Accepted()}

    def test_nothing_is_settled_before_anything_was_sent(self, tmp_path: Path) -> None:
        """There is no file yet."""
        assert FileChannel(tmp_path / "outbox.jsonl").settled(["K1"]) == {}

    def test_a_missing_folder_proves_that_nothing_was_sent(self, tmp_path: Path) -> None:
        """It may be tried again."""
        (outcome,) = FileChannel(tmp_path / "no" / "outbox.jsonl").send([message()], always)
        assert isinstance(outcome, NotSent)
        assert "No such file" in outcome.because

    def test_what_cannot_be_written_whole_is_taken_back(self, tmp_path: Path) -> None:
        """With the disk full in the middle of a batch, no line of it stays, and the batch was not sent."""
        path = tmp_path / "outbox.jsonl"
        FileChannel(path).send([message("K0")], always)
        before = path.read_bytes()
        script = (
            "import resource; from pathlib import Path; from engine.channels.file import FileChannel;"
            "from tests.engine.test_channels import always, message;"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 200}, {len(before) + 200}));"
            f"print(*FileChannel(Path({str(path)!r})).send([message('K1'), message('K2')], always))"
        )
        found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert found.stdout.count("NotSent") == 2
        assert path.read_bytes() == before

    def test_a_text_that_is_none_is_refused_and_the_others_go(self, tmp_path: Path) -> None:
        """Half a surrogate pair cannot be written."""
        channel = FileChannel(tmp_path / "outbox.jsonl")
        outcomes = channel.send([message("K1"), message("K2", "\ud83d"), message("K3")], always)
        assert [type(outcome) for outcome in outcomes] == [Accepted, Rejected, Accepted]
        assert channel.settled(["K1", "K2", "K3"]) == {"K1": Accepted(), "K3": Accepted()}

    def test_two_processes_may_write_at_once(self, tmp_path: Path) -> None:
        """Every batch is whole: its lines stand together."""
        path = tmp_path / "outbox.jsonl"

        def send(number: int) -> None:
            FileChannel(path).send([message(f"{number}", "长" * 4000) for _ in range(20)], always)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send, range(16)))
        keys = [line["key"] for line in lines(path)]
        assert len(keys) == 320
        assert all(len(set(keys[start : start + 20])) == 1 for start in range(0, 320, 20))


class TestConsole:
    """`kind = "console"`."""

    def test_messages_are_printed_for_people(self) -> None:
        """Head, subject and text, each on lines of their own."""
        stream = io.StringIO()
        assert ConsoleChannel(stream).send([message(text="您好\n再见", subject="题")], always) == [Accepted()]
        assert stream.getvalue() == (
            "2026-11-23T10:00:00+08:00 sms -> 13800000001 (C1)\n    题\n    您好\n    再见\n"
        )

    def test_data_cannot_act_on_the_terminal(self) -> None:
        """Escape sequences and their like become marks."""
        stream = io.StringIO()
        ConsoleChannel(stream).send([message(text="a\x1b[2J\x07\u202eb")], always)
        assert "a␛[2J␇⟨202E⟩b" in stream.getvalue()
        assert "\x1b" not in stream.getvalue()

    def test_a_closed_stream_leaves_it_unknown(self) -> None:
        """Nobody knows what was seen."""
        stream = io.StringIO()
        stream.close()
        (outcome,) = ConsoleChannel(stream).send([message()], always)
        assert type(outcome).__name__ == "Unknown"


class TestSettings:
    """The tables of the configuration."""

    def test_channels_are_built_from_the_configuration(self, tmp_path: Path) -> None:
        """Relative paths lie in the project's folder."""
        config = parse_config(
            '[project]\nbrand = "b"\n[channels.sms]\nkind = "file"\npath = "out/sms.jsonl"\ncost = 0.05\n'
            '[channels.email]\n[channels.wecom]\nkind = "console"\nstream = "stdout"\n'
        )
        channels = build_channels(config.channels, tmp_path)
        assert channels["sms"] == FileChannel(tmp_path / "out" / "sms.jsonl")
        assert channels["email"] == FileChannel(tmp_path / "outbox.jsonl")
        assert isinstance(channels["wecom"], ConsoleChannel)

    @pytest.mark.parametrize(
        ("config", "message", "hint"),
        [
            (ChannelConfig("sms", "fiel"), "[channels.sms]: there is no kind 'fiel'", "did you mean `file`?"),
            (
                ChannelConfig("sms", settings={"pth": "x"}),
                "a file channel has no `pth`",
                "did you mean `path`?",
            ),
            (ChannelConfig("sms", settings={"path": 3}), "`path` is 3, not a text", 'write it between `"`'),
            (ChannelConfig("sms", settings={"path": "."}), "`path` is the folder", "name a file"),
            (ChannelConfig("c", "console", settings={"stream": "x"}), "`stream` is 'x'", "stderr, stdout"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(
        self, tmp_path: Path, config: ChannelConfig, message: str, hint: str
    ) -> None:
        """With the channel's name, and what to write instead."""
        with pytest.raises(ChannelSettingsError) as caught:
            build_channel(config, tmp_path)
        assert message in str(caught.value)
        assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("您好!👨‍👩‍👧", "您好!👨‍👩‍👧"),
        ("a\nb\tc\r", "a⏎b⇥c␍"),
        ("\x1b]52;c;x\x07\x9b\x7f\x00", "␛]52;c;x␇⟨009B⟩␡␀"),
        ("\u200b\u2066\ufeff\u2028", "⟨200B⟩⟨2066⟩⟨FEFF⟩⟨2028⟩"),
        ("[/b] [TODO]", "[/b] [TODO]"),
    ],
)
def test_what_would_act_or_hide_becomes_a_mark(text: str, shown: str) -> None:
    """Controls, bidi and zero-width characters; everything else stays as it is."""
    assert visible(text) == shown


def test_line_ends_may_stay() -> None:
    """Where a text is shown over several lines."""
    assert visible("a\nb\x1b", lines=True) == f"a{os.linesep}b␛"

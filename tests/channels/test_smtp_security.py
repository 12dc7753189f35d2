"""What a channel of kind `smtp` keeps to itself, and which tables it refuses."""

import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.channels.building import build_channel
from engine.channels.protocol import Accepted, ChannelSettingsError, NotSent
from engine.config import ChannelConfig
from tests.mail_servers import Inbox, login, mail_server
from tests.mailing import always, channel, message, send


class TestSecurity:
    """Nothing goes in the clear unless that is written."""

    def test_starttls(self, tls: ssl.SSLContext, certificates: Path) -> None:
        """The default, with the certificate verified, and a login."""
        inbox = Inbox()
        with mail_server(
            inbox, tls, auth_callback=None, authenticator=login("me", "hunter2"), auth_required=True
        ):
            told = {"security": "starttls", "certificates": str(certificates)}
            with channel(inbox.gateway.port, **told) as built:
                (outcome,) = built.send([message()], always)
            assert outcome == NotSent("SMTP 530: 5.7.0 Authentication required", 60_000)

    def test_a_login(
        self, tls: ssl.SSLContext, certificates: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """User and password by secret; a wrong one is told as it is, once, and never shown."""
        inbox = Inbox()
        told = {
            "security": "starttls", "certificates": str(certificates), "user": "me",
            "password": "{{ secret('MAIL_PASSWORD') }}",
        }  # fmt: skip
        tried: list[str] = []

        def judge(*given: Any) -> Any:
            tried.append("")
            return login("me", "hunter2")(*given)

        with mail_server(inbox, tls, authenticator=judge, auth_required=True):
            (tmp_path / "secrets").mkdir()
            (tmp_path / "secrets" / "MAIL_PASSWORD").write_text("hunter2\n")
            with channel(inbox.gateway.port, tmp_path, **told) as built:
                assert built.send([message()], always) == [Accepted("Q1")]
                assert "hunter2" not in repr(built)
            monkeypatch.setenv("MAIL_PASSWORD", "wrong-one")
            tried.clear()
            with channel(inbox.gateway.port, tmp_path, connections=1, **told) as built:
                outcomes = built.send([message(f"K{number}") for number in range(20)], always)
        assert {str(outcome.because) for outcome in outcomes if isinstance(outcome, NotSent)} == {
            "SMTP 535: 5.7.8 Authentication credentials invalid"
        }
        assert len(outcomes) == 20
        assert len(tried) <= 2  # by one connection, in the ways that the server offers

    def test_tls_from_the_beginning(self, tls: ssl.SSLContext, certificates: Path) -> None:
        """As on port 465."""
        inbox = Inbox()
        with (
            mail_server(inbox, at_once=tls),
            channel(inbox.gateway.port, security="tls", certificates=str(certificates)) as built,
        ):
            assert built.send([message(text="长" * 50_000)], always) == [Accepted("Q1")]

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_a_certificate_that_nobody_knows(self, tls: ssl.SSLContext, security: str) -> None:
        """Nothing is sent."""
        inbox = Inbox()
        served = mail_server(inbox, tls) if security == "starttls" else mail_server(inbox, at_once=tls)
        with served, channel(inbox.gateway.port, security=security) as built:
            (outcome,) = built.send([message()], always)
        assert isinstance(outcome, NotSent)
        assert "certificate" in outcome.because.lower()

    def test_a_server_without_tls(self) -> None:
        """It is not written to in the clear."""
        inbox = Inbox()
        (outcome,) = send(inbox, security="starttls")
        assert isinstance(outcome, NotSent)
        assert "STARTTLS" in outcome.because
        assert not inbox.sessions

    def test_no_secret_in_tracebacks(self, tmp_path: Path) -> None:
        """Nor in what Python shows of anything on the way."""
        script = (
            "from pathlib import Path; from engine.channels.building import build_channel\n"
            "from engine.config import ChannelConfig\n"
            "table = {'host': 'localhost', 'sender': 'a@b.c', 'user': 'u', 'password': '{{ secret(\"P\") }}'}\n"
            f"built = build_channel(ChannelConfig('email', 'smtp', settings=table), Path({str(tmp_path)!r}))\n"
            "print(repr(built), repr(built.table), repr(built.table.server)); built.send(3, 4)\n"
        )
        env = {"P": "hunter2", "PYTHONPATH": str(Path(__file__).parents[2])}
        found = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=env
        )
        assert "Traceback" in found.stderr
        assert "hunter2" not in found.stdout + found.stderr


class TestSettings:
    """What cannot be meant is refused before anything is sent."""

    @pytest.mark.parametrize(
        ("settings", "message", "hint"),
        [
            ({"host": None}, "there is no `host`", "smtp.example.com"),
            ({"sender": None}, "there is no `sender`", "毛毛家"),
            ({"hots": "x"}, "a smtp channel has no `hots`", "did you mean `host`?"),
            ({"host": "mail.example:25"}, "`host` is 'mail.example:25'", "without a port"),
            ({"sender": "毛毛家"}, "`sender` is '毛毛家'", "毛毛家 <hi@example.com>"),
            ({"sender": "a\r\nBcc: x <a@b.c>"}, "`sender` is", "write one such as"),
            ({"reply_to": "x"}, "`reply_to` is 'x'", "write one such as"),
            ({"security": "ssl"}, "`security` is 'ssl'", "starttls, tls, none"),
            ({"port": 0}, "`port` is 0", "from 1 to 65535"),
            ({"user": "me"}, "there is a `user` alone", "`user` and `password`"),
            ({"user": "me", "password": "x"}, "`password` is no secret", "secret('SMTP_PASSWORD')"),
            (
                {"user": "me", "password": "{{ secret('NO') }}"},
                "the secret `NO` is nowhere",
                "/nowhere/secrets/NO",
            ),
            ({"user": "{{ to }}", "password": "{{ secret('P') }}"}, "`user` names `to`", "known here"),
            (
                {"host": "mail.example", "security": "none", "user": "me", "password": "{{ secret('P') }}"},
                "would tell the password",
                "starttls",
            ),
            ({"certificates": "no.pem", "security": "tls"}, "`certificates` is '/nowhere/no.pem'", "PEM"),
            ({"list_unsubscribe": "shop.example"}, "`list_unsubscribe` is 'shop.example'", "https://"),
            ({"list_unsubscribe": "https://x/ y"}, "`list_unsubscribe` is", "https://"),
            ({"list_unsubscribe": "https://x/{{ nme }}"}, "`list_unsubscribe` names `nme`", "known here"),
            ({"connections": 0}, "`connections` is 0", "from 1 to 100"),
            ({"timeout": 1000}, "`timeout` is 1000", "to 100"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(
        self, settings: dict[str, Any], message: str, hint: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the channel's name, and what to write instead."""
        monkeypatch.setenv("P", "hunter2")
        table = {"host": "127.0.0.1", "sender": "hi@shop.example"} | settings
        written = {key: value for key, value in table.items() if value is not None}
        with pytest.raises(ChannelSettingsError) as caught:
            build_channel(ChannelConfig("email", "smtp", settings=written), Path("/nowhere"))
        assert message in str(caught.value)
        assert hint in caught.value.hint

"""One polite client of one Overpass server: one request at a time, a pause between them, limits on what it takes.

Nothing here runs on import, and nothing but `fetch_cameras` calls it.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import http.client
import ipaddress
import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable
from typing import Any

from investigate.cameras.overpass import ONCE, SECONDS, Failure
from investigate.errors import InvestigateError, UnknownValue

SILENCE = SECONDS + 20.0  # seconds without a byte after which a request has failed
SLOWEST = 2 * SILENCE  # seconds for one answer as a whole
MOST_ANSWER = 32_000_000  # bytes of one answer, unpacked; the fullest tile of 2 degrees has about a fifth
MOST_BYTES = 500_000_000  # bytes of all answers of one run
PAUSE = 2.0  # seconds between two requests
LEAST_PAUSE = 1.0
FIRST_WAIT, MOST_WAIT = 5.0, 300.0  # seconds after the first failure, doubled each time, and at most
CHUNK = 65_536
TRY_AGAIN = frozenset({408, 425, 429})  # and all from 500 on
_CONTACT = re.compile(r"[^\s@]+@[^\s@]+|https?://\S+")

Transport = Callable[[urllib.request.Request, float], Any]


class FetchStopped(InvestigateError):
    """The server is not asked any further in this run; what was fetched is kept."""


class Server:
    """An Overpass server, asked politely. `bytes`: how much it has sent in all."""

    def __init__(
        self,
        url: str,
        agent: str,
        *,
        pause_seconds: float = PAUSE,
        most_bytes: int = MOST_BYTES,
        sleep: Callable[[float], None] = time.sleep,
        transport: Transport | None = None,
    ) -> None:
        self.url, self.host, is_own = _checked_url(url)
        self.agent = _checked_agent(agent)
        if not pause_seconds >= (0 if is_own else LEAST_PAUSE):
            raise UnknownValue(
                f"A pause of {pause_seconds} seconds is too short: public servers are asked at most once a second. "
                f"Give {LEAST_PAUSE:g} or more."
            )
        if most_bytes <= 0:
            raise UnknownValue(f"{most_bytes} bytes are no limit. Give a number above 0.")
        self.pause, self.most_bytes, self.sleep = pause_seconds, most_bytes, sleep
        self.transport = transport or _transport(is_own)
        self.bytes = self.requests = 0

    def ask(self, query: str, wait: float = 0.0) -> bytes:
        """The server's answer to a query, after a pause or `wait` seconds, whichever is longer.

        Raises Failure where asking again may help, FetchStopped where it cannot.
        """
        if self.requests or wait:
            self.sleep(max(self.pause, wait))
        self.requests += 1
        request = urllib.request.Request(
            self.url,
            data=urllib.parse.urlencode({"data": query}).encode(),
            headers={"User-Agent": self.agent, "Accept": "application/json", "Accept-Encoding": "gzip"},
            method="POST",
        )
        try:
            with self.transport(request, SILENCE) as response:
                if response.status != 200:
                    raise Failure(f"the server answered {response.status}, not 200")
                return self._read(response)
        except urllib.error.HTTPError as error:
            with error:
                raise self._of_status(error.code, error.headers) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._of_connection(error) from error

    def _read(self, response: Any) -> bytes:
        """The whole body, unpacked; never more than the limits allow."""
        stated = response.headers.get("Content-Length")
        encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
        if encoding not in {"identity", "gzip", "x-gzip"}:
            raise Failure(f"the answer is packed in a way that was not asked for ({encoding[:20]!r})")
        unpack = zlib.decompressobj(31) if encoding != "identity" else None
        left = self.most_bytes - self.bytes
        most = min(MOST_ANSWER, left)
        until = time.monotonic() + SLOWEST
        sent, plain = 0, bytearray()
        try:
            while chunk := response.read1(CHUNK):
                sent += len(chunk)
                plain += unpack.decompress(chunk, most - len(plain) + 1) if unpack else chunk
                if max(sent, len(plain)) > most:
                    raise self._too_large(left)
                if time.monotonic() > until:
                    raise Failure(f"the answer was not complete after {SLOWEST:g} seconds")
        except zlib.error as error:
            raise Failure("the packed answer is damaged") from error
        finally:
            self.bytes += max(sent, len(plain))
        if stated and stated.isdigit() and sent != int(stated[:20]):
            raise Failure(f"the answer broke off: {sent:,} bytes of {int(stated[:20]):,}")
        if unpack and (not unpack.eof or unpack.unused_data):
            raise Failure("the packed answer is damaged")
        return bytes(plain)

    def _too_large(self, left: int) -> Exception:
        if left <= MOST_ANSWER:
            return FetchStopped(
                f"The limit of {self.most_bytes / 1e6:,.3g} MB for one run is reached. Raise it with --max-mb (in a "
                "notebook most_bytes=…), or ask for a smaller area."
            )
        return Failure(f"the answer is larger than {MOST_ANSWER / 1e6:g} MB", tries=ONCE, is_too_much=True)

    def _of_status(self, status: int, headers: Any) -> Exception:
        if status in TRY_AGAIN or status >= 500:
            said = {429: "too many requests", 504: "busy"}.get(status, "an error of the server")
            return Failure(
                f"the server answered {status} ({said})", wait=_retry_after(headers), is_turned_away=status == 429
            )
        if 300 <= status < 400:
            target = str(headers.get("Location") or "an address that it does not name")[:200]
            return FetchStopped(
                f"The server {self.host!r} sends on to {target!r}, which is not followed. If that is the right server, "
                "give it with --url."
            )
        why = {
            400: "does not understand the query. It may run an old version of Overpass",
            401: "wants a password. It is not open to the public",
            403: "refuses this computer or this user agent. It may have banned it; read its rules",
            404: "has no Overpass interface at this address. Check the address",
            406: "refuses the user agent. Give a contact that it can reach",
        }.get(status, "refuses the request")
        return FetchStopped(f"The server {self.host!r} answered {status}: it {why}, or give another one with --url.")

    def _of_connection(self, error: Exception) -> Exception:
        cause: object = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchStopped(
                f"The server {self.host!r} cannot prove who it is (its certificate is not valid), so nothing is taken "
                "from it. Check the clock of this computer and the address given with --url."
            )
        if isinstance(cause, socket.gaierror):
            return FetchStopped(
                f"There is no server {self.host!r} to be found: no network, no name service, or a typing error. Check "
                "the connection and the address given with --url."
            )
        if isinstance(cause, TimeoutError):
            return Failure("the server did not answer in time")
        if isinstance(cause, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)):
            return Failure("the connection was dropped")
        if isinstance(cause, http.client.HTTPException):
            return Failure("the answer broke off or is no HTTP")
        return FetchStopped(
            f"The server {self.host!r} cannot be reached ({type(cause).__name__}: {str(cause)[:100]}). Check the "
            "connection to the network, a firewall, and the address given with --url."
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Nothing is followed: another host has other rules, and a repeated POST would become an empty GET."""
        return


def _transport(is_own: bool) -> Transport:
    # A proxy that the computer is set up for is used, but never to reach the computer itself.
    proxies = [urllib.request.ProxyHandler({})] if is_own else []
    opener = urllib.request.build_opener(_NoRedirect(), *proxies)
    return lambda request, timeout: opener.open(request, timeout=timeout)


def _checked_url(url: str) -> tuple[str, str, bool]:
    """The address, its host, and whether that is this computer."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urllib.parse.urlsplit(""), "", None
    is_own = host == "localhost" or _is_loopback(host)
    is_plain = bool(re.fullmatch(r"[!-~]+", url)) and "@" not in parts.netloc and port != 0
    if not (host and is_plain and (parts.scheme == "https" or (parts.scheme == "http" and is_own))):
        raise UnknownValue(
            f"{url!r} is not the address of an Overpass server. It must start with https:// and carry no name or "
            "password, such as https://overpass-api.de/api/interpreter."
        )
    return url, host, is_own


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_agent(agent: str) -> str:
    if not re.fullmatch(r"[ -~]{1,200}", agent) or not _CONTACT.search(agent):
        raise UnknownValue(
            f"{agent!r} does not say who asks. Public servers want to reach whoever loads them: give a mail or web "
            "address with --contact (in a notebook agent='newsroom (+desk@example.org)'), in plain letters."
        )
    return agent


def _retry_after(headers: Any) -> float | None:
    """Seconds that the server asks to wait, stated as seconds or as a date; None where it says nothing readable."""
    said = str(headers.get("Retry-After") or "").strip()
    if re.fullmatch(r"\d{1,9}", said):
        return min(float(said), MOST_WAIT)
    try:
        when = email.utils.parsedate_to_datetime(said)
        seconds = (when.astimezone(dt.UTC) - dt.datetime.now(dt.UTC)).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return min(max(0.0, seconds), MOST_WAIT)

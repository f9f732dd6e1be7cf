"""What may leave the workspace: keyed tokens for plates, officers and case numbers, masked digits, scrubbed texts."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from investigate import engine

_BLOCK = 64  # bytes in a block of SHA-256, to which HMAC pads its key
TOKEN_DIGITS = 16

# Digits that name a law and not a case: 287(g), 8 USC 1325 and the like stay readable.
LAW_DIGITS = r"(?i)\b287 ?-?\(?[a-z]\b\)?|\b8 ?u\.? ?s\.? ?c\.?(?: ?§)? ?\d{4}|\b8 ?u\.?s\.?c\b|\btitle 8\b|\b132[56]\b"


def pads(key: bytes) -> dict[str, str]:
    """The values (see `engine.set_values`) under which `token` makes tokens with this key of up to 64 bytes."""
    padded = key.ljust(_BLOCK, b"\0")
    return {
        "inner_pad": bytes(byte ^ 0x36 for byte in padded).hex(),
        "outer_pad": bytes(byte ^ 0x5C for byte in padded).hex(),
    }


def token(value: ir.StringValue) -> ir.StringValue:
    """HMAC-SHA256 of the text under the key whose `pads` are set: 16 hexadecimal digits (64 bits); NULL stays NULL.

    The same plate gives the same token inside one workspace, so "the same plate 40 times" can be counted;
    without the key nobody can try plates against tokens.
    """
    inner, outer = (engine.unhex(engine.value(name)) for name in ("inner_pad", "outer_pad"))
    first = engine.sha256(engine.join_bytes(inner, engine.encode(value)))
    keyed = engine.sha256(engine.join_bytes(outer, engine.unhex(first))).substr(0, TOKEN_DIGITS)
    return value.isnull().ifelse(ibis.null("string"), keyed)


def mask_digits(text: ir.StringValue) -> ir.StringValue:
    """Every digit as 9; the first law that the text cites by its number stands behind, unmasked.

    A text with no other digits than those of laws stays as it is.
    """
    cited, rest = text.re_extract(LAW_DIGITS, 0), text.re_replace(LAW_DIGITS, "")
    masked = text.re_replace(r"\d", "9")
    beside = (cited == "").ifelse(masked, masked + " " + cited)
    whole = rest.re_search(r"\d").ifelse(beside, text)
    # Every law above has an 8 or 132 in its number; without them there is none to look for.
    return (text.contains("8") | text.contains("132")).ifelse(whole, masked)


def scrub(text: str) -> str:
    """`text` with every word that is not known to be harmless replaced by its kind; see `investigate.scrub.scrub`."""
    from investigate.scrub import scrub as scrub_text  # noqa: PLC0415 - the rules are read on first use; most callers here want tokens

    return scrub_text(text)

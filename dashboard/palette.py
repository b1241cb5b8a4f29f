"""Colours by meaning, once for the whole room: a dark face for the wall and the night shift, a light one for print.

A specification never names a colour. It names a *token* through the scale `TOKENS`, and Streamlit's theme turns the
token into the colour of the face the reader has chosen, in the browser: `theme.chartCategoricalColors` of
`.streamlit/config.toml` is `theme_colors(face)`, in the order of `TONES` (a test holds the two together).
"""

from typing import Any, Literal, NamedTuple

Face = Literal["dark", "light"]


class Tone(NamedTuple):
    """One meaning and its colour on each face."""

    dark: str
    light: str


SURFACES = {
    "ground": Tone("#0A101C", "#F4F7FB"),
    "surface": Tone("#121B2C", "#FFFFFF"),
    "line": Tone("#1E2A40", "#D5DEEA"),
}

SIGNALS = {
    "on_time": Tone("#2FD3B6", "#08776A"),
    "nearing": Tone("#FFB22E", "#8A5A00"),
    "breached": Tone("#FF5D4D", "#C2321F"),
}
"""Used for nothing else, and always with a word or a shape beside them."""

INKS = {
    "accent": Tone("#5CC8FF", "#0B6FB3"),
    "ink": Tone("#E9EFF8", "#142033"),
    "muted": Tone("#93A5BF", "#56667F"),
}

PARTS = {
    "removed": Tone("#5CB3F0", "#0B4F82"),
    "restricted": Tone("#3E86C2", "#2574B5"),
    "labelled": Tone("#A9A3F0", "#6660C2"),
    "rejected": Tone("#A98F7C", "#7D6350"),
    "withdrawn": Tone("#7C879C", "#667085"),
    "open": Tone("#E9EFF8", "#1B2638"),
}
"""Parts of what was found: blues and violet for what services did, greys for other ends, the strongest for open.

The ground's colour can be read on each of them (4.5:1), so numbers may stand inside."""

SERVICES = {
    "facebook": Tone("#6376EC", "#2A55CC"),
    "whatsapp": Tone("#77D473", "#478445"),
    "instagram": Tone("#E75ABC", "#A8186F"),
    "threads": Tone("#DFBBDD", "#AE6FBB"),
    "google": Tone("#EFE5AE", "#8C8000"),
    "youtube": Tone("#E08E9A", "#96606A"),
    "tiktok": Tone("#B78BFA", "#4E2596"),
    "telegram": Tone("#2F83A6", "#2F86A3"),
    "snackvideo": Tone("#B86420", "#5E2C00"),
    "line": Tone("#6D9469", "#1D3F2A"),
}
"""Signatories: one hue each everywhere, told apart by lightness too where the eye sees few hues."""

OTHER = Tone("#8593A8", "#6B7A90")
"""Non-signatories and everything without a colour of its own: grey, outlined by a dash where there is room."""

_BACK = {
    "ground": SURFACES["ground"],
    "grid": SURFACES["line"],
    "band": Tone("#26374F", "#DAE5F2"),
    "track": Tone("#1B273B", "#E8EEF6"),
}

TONES: dict[str, Tone] = {
    **INKS,
    **_BACK,
    **SIGNALS,
    **{f"part_{name}": tone for name, tone in PARTS.items()},
    **{f"service_{code}": tone for code, tone in SERVICES.items()},
    "other": OTHER,
}
"""Token to colours, in the order of `theme.chartCategoricalColors`."""

TOKENS: dict[str, Any] = {"domain": list(TONES), "range": "category"}
"""The one colour scale of every specification."""


def theme_colors(face: Face) -> list[str]:
    """Return the colours of a face in the order of the tokens, for `theme.chartCategoricalColors`."""
    return [getattr(tone, face) for tone in TONES.values()]


def service_token(code: str | None) -> str:
    """Return the colour token of a service code; services without a colour of their own share the grey."""
    return f"service_{code}" if code in SERVICES else "other"


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)

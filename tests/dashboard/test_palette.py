"""Colours: one meaning each, readable on both faces, told apart by eyes that see few hues."""

import tomllib
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboard import palette
from dashboard.palette import INKS, OTHER, PARTS, SERVICES, SIGNALS, SURFACES, TONES, Face, contrast
from dashboard.server import config_file

FACES = get_args(Face)
MARKS = {**SIGNALS, **SERVICES, **PARTS, "other": OTHER, "accent": INKS["accent"]}

DEFICIENT = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
"""Full deficiency in linear RGB (Machado, Oliveira and Fernandes 2009)."""

TO_XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]


def linear(color: str) -> NDArray[np.float64]:
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = np.array(TO_XYZ) @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883]
    fx, fy, fz = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def difference(one: str, other: str, seen_as: str | None = None) -> float:
    eye = np.array(DEFICIENT[seen_as]) if seen_as else np.eye(3)
    return float(np.linalg.norm(lab(eye @ linear(one)) - lab(eye @ linear(other))))


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", MARKS)
def test_marks_stand_out_from_ground_and_surface(face: Face, name: str) -> None:
    mark = getattr(MARKS[name], face)
    assert min(contrast(mark, getattr(SURFACES[s], face)) for s in ("ground", "surface")) >= 3


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", [*INKS, *SIGNALS])
def test_text_can_be_read(face: Face, name: str) -> None:
    color = getattr({**INKS, **SIGNALS}[name], face)
    assert min(contrast(color, getattr(SURFACES[s], face)) for s in ("ground", "surface")) >= 4.5


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("part", PARTS)
def test_numbers_inside_the_parts_can_be_read(face: Face, part: str) -> None:
    assert contrast(getattr(PARTS[part], face), getattr(SURFACES["ground"], face)) >= 4.5


@pytest.mark.parametrize("face", FACES)
def test_services_are_told_apart(face: Face) -> None:
    pairs = [(getattr(a, face), getattr(b, face)) for a, b in combinations(SERVICES.values(), 2)]
    assert min(difference(a, b) for a, b in pairs) > 18
    assert min(difference(a, b, "protan") for a, b in pairs) > 5
    assert min(difference(a, b, "deutan") for a, b in pairs) > 5


@pytest.mark.parametrize("face", FACES)
def test_signals_are_nobody_elses(face: Face) -> None:
    others = {**SERVICES, **PARTS, "other": OTHER, "accent": INKS["accent"]}
    for name, signal in SIGNALS.items():
        near = [code for code, tone in others.items() if difference(getattr(signal, face), getattr(tone, face)) < 12]
        assert near == [], name


def test_the_theme_hands_every_token_its_colour() -> None:
    theme = tomllib.loads(config_file().read_text("utf-8"))["theme"]
    for face in FACES:
        assert theme[face]["chartCategoricalColors"] == palette.theme_colors(face)
        assert theme[face]["backgroundColor"] == getattr(SURFACES["ground"], face)
        assert theme[face]["textColor"] == getattr(INKS["ink"], face)


def test_a_service_without_a_colour_of_its_own_is_grey() -> None:
    assert palette.service_token("facebook") == "service_facebook"
    assert palette.service_token("x") == palette.service_token("unknown") == palette.service_token(None) == "other"
    assert set(palette.TOKENS["domain"]) == set(TONES)
    assert {palette.service_token(code) for code in (*SERVICES, "x")} <= set(TONES)

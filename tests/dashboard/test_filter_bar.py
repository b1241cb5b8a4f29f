"""The filter bar and the URL say the same, in codes, in both languages."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from queries.links import PARAMETERS
from tests.screens import opened, set_query, texts

LABELS = {"id": ("Layanan", "Rentang waktu", "Wilayah"), "en": ("Service", "Window", "Region")}
PIN = {
    "sejak": "2024-11-27T00:00:00+07:00",
    "hingga": "2024-11-28T00:00:00+07:00",
    "per": "2024-11-27T18:00:00+07:00",
}


def widget(app: AppTest, label: str) -> object:
    """Return the value of the filter with this label."""
    found = [one for kind in ("selectbox", "multiselect") for one in app.get(kind) if one.label == label]
    return found[0].value


def address(app: AppTest) -> dict[str, str]:
    """Return the parameters of the page's address, each as one text."""
    return {name: value if isinstance(value, str) else ",".join(value) for name, value in app.query_params.items()}


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_widgets_follow_the_address(app_engine: Engine, language: str) -> None:
    app = opened("latensi", layanan="facebook,tiktok", provinsi="11,tanpa", rentang="7d", bahasa=language)
    service, window, region = LABELS[language]
    assert not app.exception
    assert widget(app, service) == ["facebook", "tiktok"]
    assert widget(app, window) == "7d"
    assert widget(app, region) == ["11", "tanpa"]


def test_a_choice_is_written_into_the_address_in_codes(app_engine: Engine) -> None:
    app = opened("latensi", layanan="facebook")
    next(w for w in app.multiselect if w.label == "Wilayah").select("11").run()
    next(w for w in app.selectbox if w.label == "Rentang waktu").select("6h").run()
    assert address(app) == {"layanan": "facebook", "provinsi": "11", "rentang": "6h"}
    assert not app.exception


def test_another_address_on_the_same_page_sets_the_widgets(app_engine: Engine) -> None:
    app = opened("latensi", layanan="facebook")
    set_query(app, {"layanan": "tiktok"})
    app.run()
    assert widget(app, "Layanan") == ["tiktok"]


def test_the_language_changes_and_the_filters_stay(app_engine: Engine) -> None:
    app = opened("latensi", layanan="facebook", rentang="7d")
    next(b for b in app.button if b.label == "English").click().run()
    assert address(app) == {"layanan": "facebook", "rentang": "7d", "bahasa": "en"}
    assert widget(app, "Service") == ["facebook"]
    assert "How fast does hoax content come down" in texts(app)
    next(b for b in app.button if b.label == "Indonesia").click().run()
    assert address(app) == {"layanan": "facebook", "rentang": "7d"}
    assert "Seberapa cepat" in texts(app)


def test_dates_are_chosen_day_by_day(app_engine: Engine) -> None:
    app = opened("latensi")
    next(w for w in app.selectbox if w.label == "Rentang waktu").select("custom").run()
    (days,) = app.sidebar.date_input
    days.set_value((datetime(2024, 11, 20).date(), datetime(2024, 11, 27).date())).run()  # noqa: DTZ001
    assert address(app) == {"sejak": "2024-11-20", "hingga": "2024-11-27"}
    assert not app.exception


def test_a_period_takes_the_place_of_the_window(app_engine: Engine) -> None:
    app = opened("latensi", rentang="7d")
    period = next(w for w in app.selectbox if w.label == "Periode pemilu")
    code = next(option for option in app_codes(app) if option)
    period.select(code).run()
    assert address(app) == {"periode": code}
    assert [w for w in app.selectbox if w.label == "Rentang waktu"] == []


def app_codes(app: AppTest) -> list[str]:
    """Return the codes of the periods."""
    from dashboard import moments

    moment = moments.latest()
    assert moment is not None
    return [period.code for period in moment.periods]


def test_what_cannot_be_used_is_said_and_dropped(app_engine: Engine) -> None:
    app = opened("latensi", layanan="facebook,friendster", rentang="soon")
    assert widget(app, "Layanan") == ["facebook"]
    assert widget(app, "Rentang waktu") == "24h"
    (unknown, misspelt) = [c.value for c in app.caption if "filter_alt_off" in c.value]
    assert "friendster" in unknown
    assert "tidak dikenal" in unknown
    assert "soon" in misspelt


def test_a_fixed_link_says_so_and_leads_back(app_engine: Engine) -> None:
    app = opened("latensi", **PIN, layanan="facebook")
    assert "DIKUTIP per Rab 27 Nov 2024 18.00\N{NO-BREAK SPACE}WIB" in texts(app)
    next(b for b in app.button if b.label == "Kembali ke data langsung").click().run()
    assert address(app) == {"layanan": "facebook"}
    assert "DIKUTIP" not in texts(app)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Jakarta"])
def test_a_citable_link_carries_absolute_moments(app_engine: Engine, zone: str) -> None:
    app = opened("latensi", layanan="facebook", rentang="24h")
    app.context = {"timezone": zone, "url": "http://posko.example/latensi"}
    next(b for b in app.button if b.label == "Salin tautan tetap").click().run()
    (link,) = [code.value for code in app.code]
    assert link.startswith("http://posko.example/latensi?sejak=")
    assert all(name in link for name in ("hingga=", "per=", "layanan=facebook", "%2B07:00", "bahasa=id"))
    assert "rentang" not in link


HOSTILE = st.one_of(
    st.sampled_from(
        ["facebook", "11", "7d", "tanpa", "id", "en", "2024-11-27", PIN["per"], "", ",", "%", "' OR 1=1 --"]
    ),
    st.text(max_size=60),
)
QUERIES = st.dictionaries(
    st.sampled_from([*PARAMETERS, "bahasa", "embed", "posko.filter.services.id"]), HOSTILE, max_size=8
)


def test_no_address_breaks_a_page(app_engine: Engine) -> None:
    app = opened("latensi")

    @given(QUERIES)
    @examples(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    def any_address(query: dict[str, str]) -> None:
        set_query(app, query)
        app.run()
        assert not app.exception
        assert app.title

    any_address()

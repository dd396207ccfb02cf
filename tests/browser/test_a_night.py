"""A night as people live it through in their browsers: the customer's phone, the technician's, the console."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app import kept_audio_differs
from tests.browser.browsing import PHONE, Visit, visiting
from tests.browser.demo import CUSTOMER, Demo, eventually

AMY = "+15145550101"
TWO_SECONDS = 2000.0  # the console is live


def phone_of(phones: Page, name: str) -> Locator:
    return phones.get_by_role("region", name=name, exact=True)


def leaves_a_message(demo: Demo, phones: Page) -> str:
    """The customer dials the direct line and speaks after the beep; give the reference as soon as there is one."""
    customer, speak = phone_of(phones, "Customer"), phones.get_by_role("button", name="Speak after the beep")
    phones.get_by_role("button", name="Dial direct line").click()
    expect(customer).to_contain_text("On the line")
    demo.hurries_until(lambda: demo.listens_to(CUSTOMER))
    expect(speak).to_be_enabled()
    speak.click()
    expect(customer).to_contain_text("speaking")
    demo.passes(4)
    customer.get_by_role("button", name="#").click()
    eventually(lambda: bool(demo.references()))
    return demo.references()[-1]


def audio_is_kept(demo: Demo) -> Path:
    """Wait for the desk's own copy of the message."""
    kept = demo.stage.house.settings.media_dir
    demo.hurries_until(lambda: any(kept.glob("RE*.wav")))
    assert kept_audio_differs(demo.stage) == []
    return next(kept.glob("RE*.wav"))


def assert_same_sound(kept: Path, given: Path) -> None:
    with wave.open(str(kept)) as ours, wave.open(str(given)) as theirs:
        assert ours.getparams() == theirs.getparams()
        assert ours.readframes(ours.getnframes()) == theirs.readframes(theirs.getnframes())


def texts(phones: Page, name: str, words: str) -> None:
    phones.get_by_label(f"Text from {name}").fill(words)
    phone_of(phones, name).get_by_role("button", name="Send").click()


def code_on(phones: Page, name: str) -> str:
    card = phone_of(phones, name)
    expect(card).to_contain_text(re.compile(r"Reply \d{4} to take it"))
    found = re.search(r"Reply (\d{4})", card.inner_text())
    assert found is not None
    return found[1]


def hears_the_message(page: Page, kept: Path) -> None:
    """Press play, and see that sound comes."""
    player = page.locator("audio")
    player.focus()
    player.press("Space")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.3")
    assert player.evaluate("a => a.readyState") >= 2
    with wave.open(str(kept)) as sound:
        assert player.evaluate("a => a.duration") == pytest.approx(sound.getnframes() / sound.getframerate(), abs=0.1)
    assert player.evaluate("a => a.error") is None


def test_from_a_call_at_night_to_a_resolved_callback(demo: Demo, visit: Visit, message: Path) -> None:
    console, phones = visit.logs_in(), visit.opens("/simulator/")
    expect(console.get_by_text("Nobody is waiting to be called back.")).to_be_visible()
    phones.get_by_label("A WAV file").set_input_files(message)
    expect(phones.get_by_text("This file is played after the beep.")).to_be_visible()

    reference = leaves_a_message(demo, phones)
    expect(console.get_by_role("link", name=reference)).to_be_visible(timeout=TWO_SECONDS)
    expect(console.get_by_role("row", name=reference)).to_contain_text("nobody yet")
    expect(phone_of(phones, "Customer")).to_contain_text("Your reference is")

    code = code_on(phones, "Amy Roy")
    kept = audio_is_kept(demo)
    assert_same_sound(kept, message)
    listening = visit.opens(f"/callbacks/{reference}")
    hears_the_message(listening, kept)
    listening.close()

    texts(phones, "Amy Roy", f"ack {code}")
    expect(phone_of(phones, "Amy Roy")).to_contain_text(f"{reference} is yours")
    expect(console.get_by_role("row", name=reference)).to_contain_text("Amy Roy", timeout=TWO_SECONDS)

    is_connected(demo, phones, code)
    phone_of(phones, "Customer").get_by_role("button", name="Hang up").click()
    demo.hurries_until(lambda: demo.heard("How did it go", AMY))
    phone_of(phones, "Amy Roy").get_by_role("button", name="1", exact=True).click()
    expect(phone_of(phones, "Amy Roy")).to_contain_text("Resolved")

    row = console.get_by_role("table", name="Recently closed").get_by_role("row", name=reference)
    expect(row).to_contain_text("resolved", timeout=TWO_SECONDS)
    console.get_by_role("link", name="Callbacks", exact=True).click()
    expect(console.get_by_role("row", name=reference)).to_contain_text("resolved")
    with console.expect_download() as download:
        console.get_by_role("link", name="CSV").click()
    assert reference in download.value.path().read_text()
    console.get_by_role("link", name="Reports").click()
    expect(console.get_by_text("100.0 % in time: 1 kept, 0 missed, 0 open.").first).to_be_visible()


def test_what_somebody_has_begun_to_write_stays_and_acts_on_what_was_seen_then(
    demo: Demo, visit: Visit, chromium: Browser
) -> None:
    reference = leaves_a_message(demo, visit.opens("/simulator/"))
    visit.logs_in()
    page = visit.opens(f"/callbacks/{reference}")
    page.get_by_label("Note", exact=True).fill("half a sen")
    page.get_by_label("Assign to").select_option("Ben Cole")
    with visiting(chromium, demo.base) as other:
        phones = other.opens("/simulator/")
        texts(phones, "Amy Roy", code_on(phones, "Amy Roy"))
    expect(page.get_by_role("listitem").filter(has_text="Amy Roy took it")).to_be_visible(timeout=TWO_SECONDS)
    expect(page.get_by_label("Note", exact=True)).to_have_value("half a sen")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Amy Roy acted first (took it)")
    expect(page.get_by_label("Assign to")).to_have_value("Ben Cole")  # to be sent again, or not
    expect(page.get_by_label("Note", exact=True)).to_have_value("half a sen")


def is_connected(demo: Demo, phones: Page, code: str) -> None:
    """Amy asks for it by text; the desk rings her, then the customer."""
    amy, customer = phone_of(phones, "Amy Roy"), phone_of(phones, "Customer")
    texts(phones, "Amy Roy", f"call {code}")
    amy.get_by_role("button", name="Answer", exact=True).click()
    demo.hurries_until(lambda: demo.heard("Press 1 to be connected", AMY))
    amy.get_by_role("button", name="1", exact=True).click()
    customer.get_by_role("button", name="Answer", exact=True).click()
    expect(amy).to_contain_text(f"Connected to {CUSTOMER}")
    expect(customer).to_contain_text("Connected to Amy Roy")
    demo.passes(5)


@pytest.mark.soak
def test_taken_and_resolved_on_the_page_behind_the_link(demo: Demo, visit: Visit, chromium: Browser) -> None:
    phones = visit.opens("/simulator/")
    reference = leaves_a_message(demo, phones)
    code_on(phones, "Amy Roy")
    kept = audio_is_kept(demo)
    with visiting(chromium, demo.base, viewport={"width": PHONE, "height": 740}, has_touch=True) as amys:
        page = amys.opens(demo.page_behind_the_link("Amy", reference))
        hears_the_message(page, kept)
        page.get_by_role("button", name="Take it").tap()
        expect(page.get_by_role("status")).to_have_text("It is yours.")
        page.get_by_label("Note").fill("Asked for Bob")
        page.get_by_role("button", name="Add note").tap()
        page.get_by_role("button", name="Reached, resolved").tap()
        expect(page.get_by_text("It is closed.")).to_be_visible()
    console = visit.logs_in()
    console.goto(f"{demo.base}/callbacks/{reference}")
    expect(console.get_by_role("listitem").filter(has_text="Asked for Bob")).to_contain_text("Amy Roy")


def test_a_message_spoken_into_the_microphone_is_what_the_desk_keeps(demo: Demo, visit: Visit) -> None:
    phones = visit.opens("/simulator/")
    phones.get_by_role("button", name="Record with the microphone").click()
    expect(phones.get_by_role("button", name="Stop recording")).to_be_visible()
    begun = phones.evaluate("performance.now()")
    phones.wait_for_function("begun => performance.now() > begun + 2500", arg=begun)  # so long somebody speaks
    phones.get_by_role("button", name="Stop recording").click()
    expect(phones.get_by_text("Your recording: listen to it")).to_be_visible()

    leaves_a_message(demo, phones)
    with wave.open(str(audio_is_kept(demo))) as sound:
        frames = memoryview(sound.readframes(sound.getnframes())).cast("h")
        assert sound.getframerate() == 8000
    assert len(frames) > 8000
    assert max(frames) > 1000, "The desk kept silence."

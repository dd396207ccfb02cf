"""A night as people live it through in their browsers: the customer's phone, the technician's, the console."""

from __future__ import annotations

import re
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callbacks.cli.context import Compose
from ivr.rehearsal.simulated_desk import recordings_that_differ
from tests.browser.browsing import PHONE, Visit, visiting
from tests.browser.demo import CUSTOMER, Demo, a_demo
from tests.waiting import eventually

AMY = "+15145550101"
# The console is live: it shows what has happened without being loaded anew. How long it pauses between two looks is
# the product's doing; how long a look takes is the machine's.
KEEP_THE_PAUSES = """
  const begin = window.setTimeout;
  window.pauses = [];
  window.setTimeout = (act, pause, ...more) => { window.pauses.push(pause); return begin(act, pause, ...more); };
"""
A_SECOND = 1000


def live_console(visit: Visit) -> Page:
    visit.context.add_init_script(KEEP_THE_PAUSES)
    return visit.logs_in()


def pauses(page: Page) -> set[int]:
    """The pauses, in milliseconds, that the page has made since it was loaded."""
    return set(page.evaluate("window.pauses"))


def does(demo: Demo, phones: Page, button: Locator, seconds: float = 3) -> None:
    """Press a button of somebody's phone, and let happen what comes of it in the next seconds of the desk's clock."""
    with phones.expect_response(lambda answer: answer.request.method == "POST"):
        button.click()
    demo.passes(seconds)


def phone_of(phones: Page, name: str) -> Locator:
    return phones.get_by_role("region", name=name, exact=True)


def leaves_a_message(demo: Demo, phones: Page) -> str:
    """The customer dials the direct line and speaks after the beep; give the reference as soon as there is one."""
    customer, speak = phone_of(phones, "Customer"), phones.get_by_role("button", name="Speak after the beep")
    does(demo, phones, phones.get_by_role("button", name="Dial direct line"))
    expect(customer).to_contain_text("On the line")
    demo.hurries_until(lambda: demo.listens_to(CUSTOMER))
    expect(speak).to_be_enabled()
    does(demo, phones, speak, seconds=1)
    expect(customer).to_contain_text("speaking")
    demo.passes(4)
    does(demo, phones, customer.get_by_role("button", name="#"))
    demo.hurries_until(lambda: bool(demo.references()))
    return demo.references()[-1]


def audio_is_kept(demo: Demo) -> Path:
    """Wait for the desk's own copy of the message."""
    kept = demo.service.settings.media_dir
    demo.hurries_until(lambda: any(kept.glob("RE*.wav")))
    assert recordings_that_differ(demo.scenario) == []
    return next(kept.glob("RE*.wav"))


def assert_same_sound(kept: Path, given: Path) -> None:
    with wave.open(str(kept)) as ours, wave.open(str(given)) as theirs:
        assert ours.getparams() == theirs.getparams()
        assert ours.readframes(ours.getnframes()) == theirs.readframes(theirs.getnframes())


def texts(demo: Demo, phones: Page, name: str, words: str) -> None:
    phones.get_by_label(f"Text from {name}").fill(words)
    does(demo, phones, phone_of(phones, name).get_by_role("button", name="Send"))


def code_on(demo: Demo, phones: Page, name: str) -> str:
    demo.hurries_until(lambda: bool(demo.scenario.phone_of(name).phone.texts))
    card = phone_of(phones, name)
    expect(card).to_contain_text(re.compile(r"Reply \d{6} to take it"))
    found = re.search(r"Reply (\d{6})", card.inner_text())
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
    console, phones = live_console(visit), visit.opens("/simulator/")
    expect(console.get_by_text("Nobody is waiting to be called back.")).to_be_visible()
    phones.get_by_label("A WAV file").set_input_files(message)
    expect(phones.get_by_text("This file is played after the beep.")).to_be_visible()

    reference = leaves_a_message(demo, phones)
    expect(console.get_by_role("link", name=reference)).to_be_visible()
    assert pauses(console) == {A_SECOND}
    expect(console.get_by_role("row", name=reference)).to_contain_text("nobody yet")
    expect(phone_of(phones, "Customer")).to_contain_text("Your reference is")

    code = code_on(demo, phones, "Amy Roy")
    kept = audio_is_kept(demo)
    assert_same_sound(kept, message)
    listening = visit.opens(f"/callbacks/{reference}")
    hears_the_message(listening, kept)
    listening.close()

    texts(demo, phones, "Amy Roy", f"ack {code}")
    expect(phone_of(phones, "Amy Roy")).to_contain_text(f"{reference} is yours")
    expect(console.get_by_role("row", name=reference)).to_contain_text("Amy Roy")

    is_connected(demo, phones, code)
    does(demo, phones, phone_of(phones, "Customer").get_by_role("button", name="Hang up"))
    demo.hurries_until(lambda: demo.heard("How did it go", AMY))
    does(demo, phones, phone_of(phones, "Amy Roy").get_by_role("button", name="1", exact=True))
    expect(phone_of(phones, "Amy Roy")).to_contain_text("Resolved")

    row = console.get_by_role("table", name="Recently closed").get_by_role("row", name=reference)
    expect(row).to_contain_text("resolved")
    assert pauses(console) == {A_SECOND}
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
        texts(demo, phones, "Amy Roy", code_on(demo, phones, "Amy Roy"))
    expect(page.get_by_role("listitem").filter(has_text="Amy Roy took it")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value("half a sen")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Amy Roy acted first (took it)")
    expect(page.get_by_label("Assign to")).to_have_value("Ben Cole")  # to be sent again, or not
    expect(page.get_by_label("Note", exact=True)).to_have_value("half a sen")


def is_connected(demo: Demo, phones: Page, code: str) -> None:
    """Amy asks for it by text; the desk rings her, then the customer."""
    amy, customer = phone_of(phones, "Amy Roy"), phone_of(phones, "Customer")
    texts(demo, phones, "Amy Roy", f"call {code}")
    demo.hurries_until(lambda: demo.rings(AMY))
    does(demo, phones, amy.get_by_role("button", name="Answer", exact=True))
    demo.hurries_until(lambda: demo.heard("Press 1 to be connected", AMY))
    does(demo, phones, amy.get_by_role("button", name="1", exact=True))
    demo.hurries_until(lambda: demo.rings(CUSTOMER))
    does(demo, phones, customer.get_by_role("button", name="Answer", exact=True))
    expect(amy).to_contain_text(f"Connected to {CUSTOMER}")
    expect(customer).to_contain_text("Connected to Amy Roy")
    demo.passes(5)


@pytest.mark.soak
def test_taken_and_resolved_on_the_page_behind_the_link(demo: Demo, visit: Visit, chromium: Browser) -> None:
    phones = visit.opens("/simulator/")
    reference = leaves_a_message(demo, phones)
    code_on(demo, phones, "Amy Roy")
    kept = audio_is_kept(demo)
    with visiting(chromium, demo.base, viewport={"width": PHONE, "height": 740}, has_touch=True) as amys:
        page = amys.opens(demo.page_behind_the_link("Amy", reference))
        page.get_by_role("button", name="Show the number and the message").tap()
        hears_the_message(page, kept)
        page.get_by_role("button", name="Take it").tap()
        expect(page.get_by_role("status")).to_have_text(f"{reference} is yours.")
        page.get_by_label("Note").fill("Asked for Bob")
        page.get_by_role("button", name="Add note").tap()
        page.get_by_role("button", name="Reached, resolved").tap()
        page.get_by_role("button", name="Yes, the customer was reached").tap()
        expect(page.get_by_text("It is closed.")).to_be_visible()
    console = visit.logs_in()
    console.goto(f"{demo.base}/callbacks/{reference}")
    expect(console.get_by_role("listitem").filter(has_text="Asked for Bob")).to_contain_text("Amy Roy")


def test_a_message_spoken_into_the_microphone_is_what_the_desk_keeps(demo: Demo, visit: Visit) -> None:
    phones = visit.opens("/simulator/")
    eventually(lambda: seconds_recorded(phones) > 1.5, "a recording that is long enough")  # a busy machine drops sound
    leaves_a_message(demo, phones)
    with wave.open(str(audio_is_kept(demo))) as sound:
        frames = memoryview(sound.readframes(sound.getnframes())).cast("h")
        assert sound.getframerate() == 8000
    assert len(frames) > 8000
    assert max(frames) > 1000, "The desk kept silence."


def seconds_recorded(phones: Page) -> float:
    """Speak into the microphone for a while; give how much of it was recorded."""
    before = phones.evaluate("listen.src")  # the element of that id
    phones.get_by_role("button", name="Record with the microphone").click()
    expect(phones.get_by_role("button", name="Stop recording")).to_be_visible()
    begun = phones.evaluate("performance.now()")
    phones.wait_for_function("begun => performance.now() > begun + 2500", arg=begun)
    phones.get_by_role("button", name="Stop recording").click()
    expect(phones.get_by_text("Your recording: listen to it")).to_be_visible()
    is_there = "before => { const { src, readyState } = listen; return src !== before && readyState > 0; }"
    phones.wait_for_function(is_there, arg=before)
    return float(phones.evaluate("listen.duration"))


def test_the_demo_goes_on_by_itself(compose: Compose) -> None:
    with a_demo(compose, speed=1) as demo:
        begun = demo.clock.now()
        eventually(
            lambda: demo.lived_until is not None and demo.lived_until > begun + timedelta(seconds=1),
            "the demo has lived through a second",
        )

// Drags a name onto a shift or, from the list, along the hours of a layer, and fills in the form for a cover.
// Nothing is sent until the form's button is pressed.
"use strict";

(() => {
  const FURTHER = 24; // pixels along the hours from which a drag draws a span instead of dropping on a shift
  let drag = null; // { person, draws, label, anchor, span }; anchor: where the drawn hours begin

  // Find the hour under the pointer, by its index in the hours of the whole layer.

  function barAt(event) {
    const found = document.elementFromPoint(event.clientX, event.clientY);
    const cell = found && found.closest(".rota.week td");
    return cell && cell.querySelector(".bar");
  }

  function barsOf(layer) {
    return [...document.querySelectorAll(".bar")].filter((bar) => bar.dataset.layer === layer);
  }

  function hoursOf(bars) { // a layer's hours from the first day to the last, in desk time
    return bars.flatMap((bar) => bar.dataset.hours.split(" ").map((clock, hour) => ({ bar, hour, at: `${bar.dataset.date}T${clock}` })));
  }

  function minuteAt(bar, event) {
    const box = bar.getBoundingClientRect(), length = bar.viewBox.baseVal.width;
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999) * length;
  }

  function partAt(bar, minute) {
    return [...bar.querySelectorAll("g")].find((part) => minute < Number(part.dataset.minute) + Number(part.dataset.minutes));
  }

  function dayAfter(date) {
    const next = new Date(`${date}T12:00Z`);
    next.setUTCDate(next.getUTCDate() + 1);
    return next.toISOString().slice(0, 10);
  }

  // The span to cover: the shift that a name was dropped on, or the hours that it was drawn along.

  function dropped(bar, minute) {
    const part = partAt(bar, minute).dataset;
    return { layer: bar.dataset.layer, from: part.from, until: part.until, instead: part.for };
  }

  function drawn(layer, one, other) {
    const hours = hoursOf(barsOf(layer)), [first, last] = [Math.min(one, other), Math.max(one, other)];
    const next = hours.slice(last).find(({ at }) => at > hours[last].at); // in autumn an hour comes twice
    const ends = next ? next.at : `${dayAfter(hours[last].bar.dataset.date)}T00:00`;
    const covered = hours.slice(first, last + 1).map(({ bar, hour }) => partAt(bar, hour * 60).dataset.for);
    const instead = covered.every((name) => name === covered[0]) ? covered[0] : "";
    return { layer, from: hours[first].at, until: ends, instead, first, last };
  }

  function placeOf(bar, minute) {
    return hoursOf(barsOf(bar.dataset.layer)).findIndex((each) => each.bar === bar && each.hour === Math.floor(minute / 60));
  }

  function spanUnder(event) {
    const bar = barAt(event);
    if (!bar) {
      drag.anchor = null;
      return null;
    }
    const minute = minuteAt(bar, event), place = placeOf(bar, minute);
    if (!drag.anchor || !isBeside(bar, drag.anchor.bar)) drag.anchor = { bar, place, x: event.clientX };
    const along = bar !== drag.anchor.bar || Math.abs(event.clientX - drag.anchor.x) > FURTHER;
    return drag.draws && along ? drawn(bar.dataset.layer, drag.anchor.place, place) : dropped(bar, minute);
  }

  function isBeside(bar, other) { // on a phone the days of a layer are stacked, and a drag crosses them
    return bar.dataset.layer === other.dataset.layer && bar.getBoundingClientRect().top === other.getBoundingClientRect().top;
  }

  // Show the span during the drag.

  const clearMarks = () => document.querySelectorAll(".bar .drawn").forEach((mark) => mark.remove());

  function mark(span) {
    clearMarks();
    for (const { bar, hour, at } of hoursOf(barsOf(span.layer))) {
      if (at < span.from || at >= span.until) continue;
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      rect.setAttribute("class", "drawn");
      for (const [name, value] of Object.entries({ x: hour * 60, y: 0, width: 60, height: 24 })) rect.setAttribute(name, value);
      bar.append(rect);
    }
  }

  function readable(at) { // "Sat 28 Nov 18:00"
    const day = new Date(`${at.slice(0, 10)}T12:00Z`).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
    return `${day.replace(",", "")} ${at.slice(11)}`;
  }

  const inWords = (span) => `${span.layer}, ${readable(span.from)} to ${readable(span.until)}${span.instead ? `, for ${span.instead}` : ""}`;

  function begin(event, { person, draws }) {
    const label = document.createElement("div");
    label.className = "dragged";
    document.body.append(label);
    document.body.classList.add("dragging");
    drag = { person, draws, label, anchor: null, span: null };
    move(event);
  }

  function move(event) {
    drag.span = spanUnder(event);
    clearMarks();
    if (drag.span) mark(drag.span);
    drag.label.textContent = drag.span ? `${drag.person}: ${inWords(drag.span)}` : drag.person;
    drag.label.style.transform = `translate(${Math.min(event.clientX + 12, innerWidth - drag.label.offsetWidth - 4)}px, ${event.clientY + 16}px)`;
  }

  function end() {
    clearMarks();
    drag.label.remove();
    document.body.classList.remove("dragging");
    drag = null;
  }

  // Fill in the form.

  function fill(person, span) {
    const details = document.getElementById("cover"), form = details.querySelector("form");
    details.open = true;
    form.elements.name.value = person;
    if (span) {
      form.elements.layer.value = span.layer;
      form.elements.for.value = span.instead === person ? "" : span.instead;
      form.elements.from.value = span.from;
      form.elements.until.value = span.until;
    }
    form.dispatchEvent(new Event("input", { bubbles: true })); // so that a refresh leaves it alone
    (span ? form.querySelector("button") : form.elements.from).focus();
    details.scrollIntoView({ block: "center" });
  }

  let pressed = null; // a name under a pressed pointer that has not moved yet
  let hasDragged = false; // so that the click that ends a drag does not choose a name

  document.addEventListener("pointerdown", (event) => {
    const name = event.target.closest(".name[data-person]"), isChip = name && name.matches(".palette button");
    hasDragged = false;
    if (!name || event.button !== 0 || !document.getElementById("cover") || !document.querySelector(".rota.week")) return;
    if (!isChip && event.pointerType === "touch") return; // a finger on the table scrolls it
    if (isChip) name.focus();
    else event.preventDefault(); // do not select text
    pressed = { person: name.dataset.person, draws: isChip, x: event.clientX, y: event.clientY };
  });

  document.addEventListener("pointermove", (event) => {
    if (pressed && !drag && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 5) begin(event, pressed);
    else if (drag) move(event);
  });

  document.addEventListener("pointerup", (event) => {
    pressed = null;
    if (!drag) return;
    move(event);
    const { person, span } = drag;
    hasDragged = true;
    end();
    if (span) fill(person, span);
  });

  for (const given of ["pointercancel", "keydown"]) {
    document.addEventListener(given, (event) => {
      if (given === "keydown" && event.key !== "Escape") return;
      pressed = null;
      if (drag) end();
    });
  }

  document.addEventListener("click", (event) => {
    const chip = event.target.closest(".palette button");
    if (chip && !hasDragged) fill(chip.dataset.person, null);
  });
})();

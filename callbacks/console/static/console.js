// Makes the console live: counts down every second, and fetches the page again every five. Everything works without it.
"use strict";

const EVERY = 5000;
const live = document.getElementById("live");
let desk = deskClock(document);

// The desk's clock is not the browser's: in the demo it is another night altogether.
function deskClock(page) {
  const shown = Date.parse(page.getElementById("main").dataset.now);
  const readAt = performance.now();
  return () => shown + performance.now() - readAt;
}

function countdown(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  const head = days ? `${days} day${days === 1 ? "" : "s"} ` : "";
  return days || hours
    ? `${head}${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

function tick() {
  for (const standing of document.querySelectorAll("[data-counts-to]")) {
    const left = Date.parse(standing.dataset.countsTo) - desk();
    const isOver = left < 0;
    standing.textContent = isOver ? `overdue by ${countdown(-left)}` : `${countdown(left)} left`;
    if (isOver) standing.className = "standing overdue";
  }
}

function isBeingUsed(part) {
  const inForm = document.activeElement?.closest("form");
  const isSelecting = !getSelection().isCollapsed && part.contains(getSelection().anchorNode);
  return isSelecting || (inForm !== null && part.contains(inForm));
}

// Focus and opened details survive: whoever reads or goes by keyboard notices nothing.
function replace(part, newer) {
  if (part.innerHTML === newer.innerHTML || isBeingUsed(part)) return;
  for (const details of part.querySelectorAll("details[open][id]")) {
    newer.querySelector(`#${details.id}`)?.setAttribute("open", "");
  }
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  part.replaceWith(newer);
  if (focused) newer.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected) return location.reload();
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  desk = deskClock(page);
  document.title = page.title;
  for (const part of document.querySelectorAll("[data-live]")) {
    const newer = page.getElementById(part.id);
    if (newer) replace(part, newer);
  }
  tick();
}

function say(words) {
  if (live.textContent !== words) live.textContent = words;
}

async function keepFresh() {
  const formInUse = document.activeElement?.matches("main input, main select, main textarea");
  if (!document.hidden && !formInUse) {
    try {
      await refresh();
      say("Live.");
    } catch {
      say("Not live: the desk does not answer. What you see may be old.");
    }
  }
  setTimeout(keepFresh, EVERY);
}

if (document.querySelector("[data-live]")) {
  setInterval(tick, 1000);
  setTimeout(keepFresh, EVERY);
}

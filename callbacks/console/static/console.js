// Keeps a screen live: fetches it again every second and changes only what differs, so that focus, selection, forms
// being filled in and players stay untouched. Counts down the time left, and says so when it is not live.
"use strict";

const main = document.querySelector("main");
const mark = document.getElementById("live");
const EVERY = 1000, LOST_AFTER = 3000;
const kept = new WeakSet(); // forms being filled in: they keep the state that was seen when that began
let seen = performance.now(); // when the server last answered
let ahead = clockOf(main); // the server's clock minus this one
let over = ""; // why updates have stopped

document.addEventListener("input", (event) => kept.add(event.target.form || event.target));

// What was typed into one form survives submitting another.
const BEGUN = `begun in ${location.pathname}`;

document.addEventListener("submit", (event) => {
  const others = [...document.forms].filter((form) => form.id && form !== event.target && kept.has(form));
  const begun = others.map((form) => [form.id, [...form.elements].filter(isWritten).map(({ name, value }) => [name, value])]);
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
});

function isWritten(field) {
  return field.name && !["hidden", "password", "checkbox"].includes(field.type);
}

function takeUp(form, fields) {
  for (const [name, value] of fields) if (form.elements[name]) form.elements[name].value = value;
  if (form.closest("details")) form.closest("details").open = true;
  kept.add(form);
}

for (const [id, fields] of JSON.parse(sessionStorage.getItem(BEGUN) || "[]")) {
  if (document.getElementById(id)) takeUp(document.getElementById(id), fields);
}
sessionStorage.removeItem(BEGUN);
for (const refused of document.querySelectorAll("form[data-typed]")) kept.add(refused);

function clockOf(shown) {
  return shown && shown.dataset.now ? new Date(shown.dataset.now) - performance.now() : 0;
}

const keepWhatPeopleDo = {
  beforeNodeMorphed: (old) => !(kept.has(old) || old.tagName === "AUDIO" || old === document.activeElement && "value" in old),
  beforeAttributeUpdated: (name, node) => !(name === "open" && node.tagName === "DETAILS") && !("due" in node.dataset && name === "class"),
};

async function refresh() {
  if (document.hidden || over) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(4000) });
  if (answer.redirected) over = "You are logged out. Reload the page.";
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!fresh) return;
  ahead = clockOf(fresh);
  count(fresh);
  Idiomorph.morph(main, fresh.innerHTML, { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks: keepWhatPeopleDo });
  seen = performance.now();
}

function count(within) {
  for (const due of within.querySelectorAll("[data-due]")) {
    const left = Math.round((new Date(due.dataset.due) - (performance.now() + ahead)) / 1000);
    due.textContent = left >= 0 ? `${clock(left)} left` : `by ${clock(-left)}`;
  }
}

function clock(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function say() {
  const lost = over || (!document.hidden && performance.now() - seen > LOST_AFTER);
  const words = over || (lost ? `Not live since ${new Date(Date.now() - (performance.now() - seen)).toLocaleTimeString()}. The server does not respond.` : "Live");
  if (mark.textContent !== words) mark.textContent = words; // changed only when it differs, since a screen reader reads out each change
  mark.classList.toggle("lost", Boolean(lost));
}

async function stayLive() {
  try {
    await refresh();
  } catch { /* say() shows it */ }
  say();
  setTimeout(stayLive, EVERY);
}

if (main && "live" in main.dataset) {
  stayLive();
  setInterval(() => { count(main); say(); }, 1000);
  document.addEventListener("visibilitychange", () => { seen = Math.max(seen, performance.now() - LOST_AFTER + 1000); refresh().catch(() => {}); });
}

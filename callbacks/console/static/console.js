// Keeps a screen live: fetches it again every second and changes only what differs, so that focus, selection, forms
// being filled in and players stay untouched. Counts down the time left, and shows when updates have stopped.
"use strict";

const main = document.querySelector("main");
const statusLine = document.getElementById("live");
const EVERY = 1000, LOST_AFTER = 3000;
const kept = new WeakSet(); // forms being filled in: they keep the state that was seen when that began
let seen = performance.now(); // when the server last answered
let ahead = clockOf(main); // the server's clock minus this one
let stopped = ""; // why updates have stopped

document.addEventListener("input", (event) => kept.add(event.target.form || event.target));

// What was typed into one form survives submitting another, within one session: log-out and the next session clear it.
const session = document.body.dataset.session;
const OF_SESSION = `unsent of ${session} in `, UNSENT = OF_SESSION + location.pathname;

document.addEventListener("submit", (event) => {
  if (!session || event.target.id === "log-out") return;
  const others = [...document.forms].filter((form) => form.id && form !== event.target && kept.has(form));
  const unsent = others.map((form) => [form.id, [...form.elements].filter(isWritten).map(({ name, value }) => [name, value])]);
  sessionStorage.setItem(UNSENT, JSON.stringify(unsent));
});

function isWritten(field) {
  return field.name && !["hidden", "password", "checkbox"].includes(field.type) && (field.type !== "radio" || field.checked);
}

function restore(form, fields) {
  for (const [name, value] of fields) if (form.elements[name]) form.elements[name].value = value;
  if (form.closest("details")) form.closest("details").open = true;
  kept.add(form);
}

for (const [id, fields] of JSON.parse(sessionStorage.getItem(UNSENT) || "[]")) {
  if (document.getElementById(id)) restore(document.getElementById(id), fields);
}
sessionStorage.removeItem(UNSENT);
for (const key of Object.keys(sessionStorage)) {
  if (key.startsWith("unsent") && !(session && key.startsWith(OF_SESSION))) sessionStorage.removeItem(key);
}
for (const refused of document.querySelectorAll("form[data-typed]")) kept.add(refused);

function clockOf(shown) {
  return shown && shown.dataset.now ? new Date(shown.dataset.now) - performance.now() : 0;
}

const leaveAlone = {
  beforeNodeMorphed: (old) => !(kept.has(old) || old.tagName === "AUDIO" || old === document.activeElement && "value" in old),
  beforeAttributeUpdated: (name, node) => !(name === "open" && node.tagName === "DETAILS") && !("due" in node.dataset && name === "class"),
};

async function refresh() {
  if (document.hidden || stopped) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Live": "1" }, signal: AbortSignal.timeout(4000) });
  if (answer.redirected) stopped = "You are logged out. Reload the page.";
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!fresh) return;
  ahead = clockOf(fresh);
  count(fresh);
  Idiomorph.morph(main, fresh.innerHTML, { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks: leaveAlone });
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

function showStatus() {
  const lost = stopped || (!document.hidden && performance.now() - seen > LOST_AFTER);
  const words = stopped || (lost ? `Not live since ${new Date(Date.now() - (performance.now() - seen)).toLocaleTimeString()}. The server does not respond.` : "Live");
  if (statusLine.textContent !== words) statusLine.textContent = words; // changed only when it differs, since a screen reader reads out each change
  statusLine.classList.toggle("lost", Boolean(lost));
}

async function stayLive() {
  try {
    await refresh();
  } catch { /* showStatus() shows it */ }
  showStatus();
  setTimeout(stayLive, EVERY);
}

if (main && "live" in main.dataset) {
  stayLive();
  setInterval(() => { count(main); showStatus(); }, 1000);
  document.addEventListener("visibilitychange", () => { seen = Math.max(seen, performance.now() - LOST_AFTER + 1000); refresh().catch(() => {}); });
}

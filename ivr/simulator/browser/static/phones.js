// The browser phone: shows everybody's phones twice a second, and sends gestures. No build, no library.
import { beSilent, hum, keyTone, ringTone, sayAloud, startRecording, textPing } from "./sound.js";

const LOST = "The demo does not answer. Is it still running?";
const KEYS = "123456789*0#";
const ANSWERS = { Take: "ack", Call: "call", Done: "done", "No answer": "na", Pass: "pass", Who: "who" };
const $ = (id) => document.getElementById(id);
const shown = new Map(); // what a part of the page shows now, so that nothing is redrawn under somebody's fingers
let state = null;

// The desk

async function send(path, body, type) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "X-Browser-Phone": "1", "Content-Type": type || "application/json" },
      body: type ? body : JSON.stringify(body || {}),
    });
    trouble(answer.ok ? "" : await answer.text());
  } catch {
    trouble(LOST);
  }
  await look();
}

async function look() {
  try {
    state = await (await fetch("phones")).json();
  } catch {
    trouble(LOST);
    return;
  }
  if ($("trouble").textContent === LOST) trouble("");
  draw();
}

function trouble(words) {
  $("trouble").textContent = words;
  $("trouble").hidden = !words;
}

// The page

function draw() {
  drawClock();
  drawOnce("caller", state.customers.map((c) => c.number), () =>
    $("caller").replaceChildren(...state.customers.map((c) => option(c.number, ownerOf(c)))));
  drawOnce("lines", state.lines, () => $("lines").replaceChildren(...state.lines.map((line) =>
    button(`Dial ${line.name}`, () => send(`phones/${encodeURIComponent($("caller").value)}/dial`, { to: line.number }), "go"))));
  const customer = customerNow();
  drawPhone($("customer"), customer);
  const call = latest(customer);
  $("speak").disabled = !(call && (call.recording || call.connected) && !call.speaking);
  $("speak").className = $("speak").disabled ? "" : "go";
  state.technicians.forEach((technician) => drawPhone(cardOf(technician), technician));
  drawFaults();
  tellNews();
}

function drawClock() {
  const now = new Date(state.now);
  $("now").textContent = inZone(now, { weekday: "short", day: "numeric", month: "short" }) + " " + time(now);
  $("catching-up").hidden = !state.target || new Date(state.target) - now < 3000;
  drawOnce("speed", state.speed, () => { $("speed").value = String(state.speed); });
  $("jump-to").value ||= `${inZone(now, {}, "sv-SE")}T${time(new Date(now.getTime() + 3600000)).slice(0, 2)}:00`;
}

function cardOf(technician) {
  let card = $(technician.number);
  if (card) return card;
  card = element("section", { id: technician.number, className: "phone" },
    element("h3", {}, technician.name, element("span", { className: "badge", hidden: true })),
    element("p", { className: "quiet" }, technician.number),
    element("div", { className: "its-call", hidden: true }), element("div", { className: "its-texts" }),
    element("div", { className: "quick", role: "group", ariaLabel: "Answer the last page", hidden: true }), replyForm(technician));
  card.setAttribute("aria-label", technician.name);
  for (const noticed of ["pointerdown", "focusin"]) card.addEventListener(noticed, () => setBadge(card, ""));
  $("cards").append(card);
  return card;
}

function setBadge(card, words) {
  const badge = card.querySelector(".badge");
  if (!badge) return;
  badge.textContent = words;
  badge.hidden = !words;
}

function drawPhone(card, phone) {
  const call = latest(phone);
  card.classList.toggle("rings", isRinging(phone));
  drawCall(card.querySelector(".its-call"), call, phone);
  drawTexts(card.querySelector(".its-texts"), phone);
  const quick = card.querySelector(".quick"), codes = codesIn(phone.texts);
  if (quick) drawOnce(`quick ${phone.number}`, codes, () => drawQuick(quick, phone, codes));
  if ($("aloud").checked && call) sayAloud(call);
}

// A call: what it is, what can be done, what is heard. Each is drawn by itself, so that the keypad stays under the fingers.

function drawCall(holder, call, phone) {
  holder.hidden = !call;
  if (!call) return;
  drawOnce(`parts of ${holder.parentElement.id}`, call.sid, () => holder.replaceChildren(
    element("p", { className: "words" }), element("div", { className: "controls" }),
    element("div", { className: "heard", role: "log", ariaLabel: `What ${ownerOf(phone)} hears`, tabIndex: 0 }, element("ol", {}))));
  holder.classList.toggle("over", call.state === "ended");
  const [words, controls, heard] = holder.children;
  drawOnce(`words of ${call.sid}`, wordsOf(call), () => { words.textContent = wordsOf(call); }, words);
  drawOnce(`controls of ${call.sid}`, call.state, () => drawControls(controls, call), controls);
  heard.hidden = !call.heard.length;
  grow(heard, call.heard, (h) => element("li", { lang: h.language || "en" }, heardWords(h)));
}

function drawControls(controls, call) {
  const held = controls.contains(document.activeElement);
  const gesture = (name) => () => { beSilent(); send(`legs/${call.sid}/${name}`); };
  const parts = {
    ringing: () => [button("Answer", gesture("answer"), "go"), " ", button("Reject", gesture("reject"), "stop")],
    "in-progress": () => [keypad(call), button("Hang up", gesture("hang-up"), "stop")],
    ended: () => [],
  }[call.state]();
  controls.replaceChildren(...parts);
  if (held) (controls.querySelector("button") || controls.nextElementSibling).focus();
}

function keypad(call) {
  const press = (key) => { keyTone(key); beSilent(); send(`legs/${call.sid}/press`, { keys: key }); };
  const pad = element("div", { className: "keypad", role: "group", ariaLabel: "Keypad" },
    ...Array.from(KEYS, (key) => button(key, () => press(key))));
  pad.addEventListener("keydown", (event) => { if (KEYS.includes(event.key)) press(event.key); });
  return pad;
}

function wordsOf(call) {
  if (call.state === "ringing") return `${call.other} is calling`;
  if (call.state === "ended") return `Call with ${call.other}: ended`;
  if (call.connected) return `Connected to ${call.connected}`;
  if (call.speaking) return `On the line with ${call.other}: speaking`;
  return `On the line with ${call.other}${call.recording ? ": speak now" : ""}`;
}
const heardWords = (heard) => ({ beep: "(beep)", play: "(the message is played)" })[heard.kind] || heard.text;

// Texts

function drawTexts(holder, phone) {
  const all = [...phone.texts.map((t) => ({ ...t, mine: false })), ...phone.sent.map((t) => ({ ...t, mine: true }))]
    .sort((a, b) => a.at.localeCompare(b.at));
  drawOnce(`texts of ${holder.parentElement.id}`, phone.number, () => holder.replaceChildren(
    element("div", { className: "texts", role: "region", ariaLabel: `Texts of ${ownerOf(phone)}`, tabIndex: 0 }, element("ul", {}))));
  holder.hidden = !all.length;
  grow(holder.firstChild, all, (t) =>
    element("li", { className: t.mine ? "mine" : "" }, element("time", { dateTime: t.at }, time(new Date(t.at))), ...withLinks(t.body)));
}

/** The words of a text, with the links to a technician's own page to be followed. */
function withLinks(body) {
  return body.split(/(https?:\/\/\S+\/t\/\S+)/).map((part, n) =>
    n % 2 ? element("a", { href: part, target: "_blank", rel: "noopener" }, part) : part);
}

/** The codes that pages name, the newest first: "Reply 5831 to take it", "CALL 5831", or a bundle's "5831 (514) ...". */
function codesIn(texts) {
  const named = /(?:Reply|Répondez|CALL|APPEL|PASSE?|DONE|FAIT|[:;]) (\d{4})\b/g;
  return [...new Set(texts.toReversed().flatMap((t) => Array.from(t.body.matchAll(named), (found) => found[1])))].slice(0, 9);
}

function drawQuick(quick, technician, codes) {
  quick.hidden = !codes.length;
  if (quick.contains(document.activeElement)) quick.parentElement.querySelector("form input").focus();
  const code = element("select", { ariaLabel: "Code of the page" }, ...codes.map((each) => option(each, each)));
  quick.replaceChildren(code, ...Object.entries(ANSWERS).map(([label, word]) =>
    button(label, () => sendText(technician, `${word} ${code.value}`))));
}

function sendText(technician, body) {
  const to = technicianNow(technician).texts.at(-1)?.sender || state.lines[0].number;
  return send(`phones/${encodeURIComponent(technician.number)}/text`, { to, body });
}

function replyForm(technician) {
  const box = element("input", { type: "text", autocomplete: "off", ariaLabel: `Text from ${technician.name}`, placeholder: "Text back" });
  const form = element("form", { className: "reply" }, box, element("button", { type: "submit" }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value.trim()) sendText(technician, box.value);
    box.value = "";
  });
  return form;
}

// News: who is rung and who got a text, told once to eyes, ears and screen readers.

const rangBefore = new Set(), lastTexts = new Map();
let lookedBefore = false, rangAt = 0;

function tellNews() {
  const news = [];
  for (const phone of [...state.technicians, ...state.customers]) {
    const last = phone.texts.at(-1), name = JSON.stringify(last), call = latest(phone), rings = isRinging(phone);
    if (last && lastTexts.get(phone.number) !== name) {
      lastTexts.set(phone.number, name);
      if (lookedBefore) {
        news.push(`${ownerOf(phone)} has a new text.`);
        if ($(phone.number)) setBadge($(phone.number), "new text");
        if ($("sounds").checked) textPing();
      }
    }
    if (rings && !rangBefore.has(call.sid)) {
      rangBefore.add(call.sid);
      news.push(`The phone of ${ownerOf(phone)} rings.`);
    }
    if (rings && $("sounds").checked && Date.now() - rangAt > 3000) {
      rangAt = Date.now();
      ringTone();
    }
  }
  lookedBefore = true;
  if (news.length) $("news").textContent = news.join(" ");
}

// What goes wrong

function drawFaults() {
  const phones = [...state.technicians, ...state.customers.filter((c) => c.number.startsWith("+"))];
  drawOnce("whose", phones.map((p) => p.number), () =>
    $("whose").replaceChildren(option("", "anybody's"), ...phones.map((p) => option(p.number, ownerOf(p)))));
  $("switched-on").hidden = !state.faults.length;
  drawOnce("faults", state.faults, () => $("faults").replaceChildren(...state.faults.map((fault) =>
    element("li", {}, `${fault.sentence} ${fault.whose ? `Only ${fault.whose}. ` : ""}`, element("strong", {}, leftOf(fault))))));
}
const leftOf = ({ left }) => (left === null ? "Until switched off." : left ? `${left} to come.` : "Has happened.");

function explainFault() {
  const { sentence, somebodys } = $("fault").selectedOptions[0].dataset;
  $("sentence").textContent = sentence;
  $("whose").disabled = somebodys === undefined;
  if ($("whose").disabled) $("whose").value = "";
}

// The voicemail

let message = null; // the WAV that the customer will speak
let recording = null;

function setMessage(blob, words) {
  message = blob;
  URL.revokeObjectURL($("listen").src);
  if (blob) $("listen").src = URL.createObjectURL(blob);
  $("listen").hidden = !blob;
  $("message").textContent = words;
}

async function toggleRecording() {
  if (recording) {
    const stopped = recording;
    recording = null;
    showRecording(null);
    setMessage(await stopped.stop(), "Your recording: listen to it, and speak it after the beep.");
    return;
  }
  try {
    recording = await startRecording();
  } catch {
    trouble("There is no microphone to be had. Give a WAV file instead.");
    return;
  }
  showRecording(Date.now());
}

let counting = null;
function showRecording(since) {
  $("recording").hidden = !since;
  $("microphone").textContent = since ? "Stop recording" : "Record with the microphone";
  clearInterval(counting);
  $("recorded").textContent = "0 s";
  if (since) counting = setInterval(() => { $("recorded").textContent = `${Math.round((Date.now() - since) / 1000)} s`; }, 500);
}

// Small words

const customerNow = () => state.customers.find((c) => c.number === $("caller").value) || state.customers[0];
const technicianNow = (technician) => state.technicians.find((t) => t.number === technician.number);
const latest = (phone) => phone.legs.at(-1);
const isRinging = (phone) => latest(phone)?.state === "ringing";
const ownerOf = (phone) => (phone.number === "ANONYMOUS" ? "a withheld number" : phone.name);
const inZone = (at, format, language = "en-CA") => new Intl.DateTimeFormat(language, { timeZone: state.zone, ...format }).format(at);
const time = (at) => inZone(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** Draw only when this is another value than before; `onto` a part that is new besides. */
function drawOnce(name, value, drawing, onto = null) {
  const is = JSON.stringify(value ?? null), before = shown.get(name);
  if (before?.is === is && before.onto === onto) return;
  shown.set(name, { is, onto });
  drawing();
}

/** Add to a list what it does not show yet, and leave alone what it does. */
function grow(holder, items, make) {
  const keys = items.map((item) => JSON.stringify(item)), before = shown.get(holder) || [];
  const goesOn = before.every((key, n) => key === keys[n]);
  if (goesOn && before.length === keys.length) return;
  if (!goesOn) holder.firstChild.replaceChildren();
  holder.firstChild.append(...items.slice(goesOn ? before.length : 0).map(make));
  shown.set(holder, keys);
  requestAnimationFrame(() => { holder.scrollTop = holder.scrollHeight; });
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
const button = (label, gesture, className) => {
  const made = element("button", { type: "button", className: className || "" }, label);
  made.addEventListener("click", gesture);
  return made;
};
const option = (value, label) => element("option", { value }, label);

// Gestures

const on = (id, event, gesture) => $(id).addEventListener(event, (happened) => { happened.preventDefault(); gesture(); });
on("microphone", "click", toggleRecording);
on("wav", "change", () => setMessage($("wav").files[0] || null, $("wav").files[0] ? "This file is spoken after the beep." : "Nothing given: six seconds of a tone are spoken."));
on("speak", "click", () => send(`legs/${latest(customerNow()).sid}/speak`, message || hum(), "audio/wav"));
on("caller", "change", draw);
on("speed", "change", () => send("clock", { speed: Number($("speed").value) }));
on("jump", "submit", () => send("clock", { to: $("jump-to").value }));
on("fault", "change", explainFault);
on("switch-on", "submit", () => {
  const times = $("times").value;
  return send("faults", { name: $("fault").value, whose: $("whose").value, times: times === "always" ? times : Number(times) });
});
on("clear-faults", "click", async () => { await send("faults/clear"); $("fault").focus(); });
document.querySelectorAll("[data-jump]").forEach((b) => b.addEventListener("click", () => send("clock", { seconds: Number(b.dataset.jump) })));
explainFault();
look();
setInterval(look, 500);

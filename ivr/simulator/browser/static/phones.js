// The browser phone: fetches the state of every phone twice a second, draws it, and sends actions.
import { keyTone, readAloud, ringTone, startRecording, stopReading, textTone, tone } from "./sound.js";

const NO_RESPONSE = "The demo is not responding. Is it still running?";
const KEYS = "123456789*0#";
const QUICK_REPLIES = { Take: "ack", Call: "call", Done: "done", "No answer": "na", Pass: "pass", Who: "who" };
const $ = (id) => document.getElementById(id);
const shown = new Map(); // what each part of the page shows now: redrawing it unchanged would disturb whoever is using it
let state = null;

// Requests

/** Send an action. Return the answer, or null after showing why there is none. */
async function send(path, body, type) {
  let answer = null;
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "X-Browser-Phone": "1", "Content-Type": type || "application/json" },
      body: type ? body : JSON.stringify(body || {}),
    });
    answer = await response.text();
    showError(response.ok ? "" : answer);
    if (!response.ok) answer = null;
  } catch {
    showError(NO_RESPONSE);
  }
  await refresh();
  return answer;
}

async function refresh() {
  try {
    state = await (await fetch("phones")).json();
    if ($("mail")) drawInbox(await (await fetch(`mails?${new URLSearchParams({ to: $("mail-from").value })}`)).json());
  } catch {
    showError(NO_RESPONSE);
    return;
  }
  if ($("error").textContent === NO_RESPONSE) showError("");
  draw();
}

function showError(message) {
  $("error").textContent = message;
  $("error").hidden = !message;
}

// The page

function draw() {
  drawClock();
  drawOnce("caller", state.customers.map((c) => c.number), () =>
    $("caller").replaceChildren(...state.customers.map((c) => option(c.number, ownerOf(c)))));
  drawOnce("lines", state.lines, () => $("lines").replaceChildren(...state.lines.map((line) =>
    button(`Dial ${line.name}`, () => send(`phones/${encodeURIComponent($("caller").value)}/dial`, { to: line.number }), "go"))));
  const customer = currentCustomer();
  drawPhone($("customer"), customer);
  const call = latest(customer);
  $("speak").disabled = !(call && (call.recording || call.connected) && !call.speaking);
  $("speak").className = $("speak").disabled ? "" : "go";
  state.technicians.forEach((technician) => drawPhone(cardOf(technician), technician));
  drawFaults();
  announce();
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
    element("div", { className: "current-call", hidden: true }), element("div", { className: "text-list" }),
    element("div", { className: "quick", role: "group", ariaLabel: "Reply to a page", hidden: true }), replyForm(technician));
  card.setAttribute("aria-label", technician.name);
  for (const event of ["pointerdown", "focusin"]) card.addEventListener(event, () => setBadge(card, ""));
  $("cards").append(card);
  return card;
}

function setBadge(card, label) {
  const badge = card.querySelector(".badge");
  if (!badge) return;
  badge.textContent = label;
  badge.hidden = !label;
}

function drawPhone(card, phone) {
  const call = latest(phone);
  card.classList.toggle("rings", isRinging(phone));
  drawCall(card.querySelector(".current-call"), call, phone);
  drawTexts(card.querySelector(".text-list"), phone);
  const quick = card.querySelector(".quick"), codes = codesIn(phone.texts);
  if (quick) drawOnce(`quick ${phone.number}`, codes, () => drawQuick(quick, phone, codes));
  if ($("aloud").checked && call) readAloud(call);
}

// A call: its summary, its controls, what is heard. Each is drawn on its own, so that the keypad keeps the focus.

function drawCall(holder, call, phone) {
  holder.hidden = !call;
  if (!call) return;
  drawOnce(`parts of ${holder.parentElement.id}`, call.sid, () => holder.replaceChildren(
    element("p", { className: "summary" }), element("div", { className: "controls" }),
    element("div", { className: "heard", role: "log", ariaLabel: `What ${ownerOf(phone)} hears`, tabIndex: 0 }, element("ol", {}))));
  holder.classList.toggle("over", call.state === "ended");
  const [summary, controls, heard] = holder.children;
  drawOnce(`summary of ${call.sid}`, summaryOf(call), () => { summary.textContent = summaryOf(call); }, summary);
  drawOnce(`controls of ${call.sid}`, call.state, () => drawControls(controls, call), controls);
  heard.hidden = !call.heard.length;
  grow(heard, call.heard, (h) => element("li", { lang: h.language || "en" }, heardText(h)));
}

function drawControls(controls, call) {
  const hadFocus = controls.contains(document.activeElement);
  const action = (name) => () => { stopReading(); send(`legs/${call.sid}/${name}`); };
  const parts = {
    dialed: () => [],
    ringing: () => [button("Answer", action("answer"), "go"), " ", button("Reject", action("reject"), "stop")],
    "in-progress": () => [keypad(call), button("Hang up", action("hang-up"), "stop")],
    ended: () => [],
  }[call.state]();
  controls.replaceChildren(...parts);
  if (hadFocus) (controls.querySelector("button") || controls.nextElementSibling).focus();
}

function keypad(call) {
  const press = (key) => { keyTone(key); stopReading(); send(`legs/${call.sid}/press`, { keys: key }); };
  const pad = element("div", { className: "keypad", role: "group", ariaLabel: "Keypad" },
    ...Array.from(KEYS, (key) => button(key, () => press(key))));
  pad.addEventListener("keydown", (event) => { if (KEYS.includes(event.key)) press(event.key); });
  return pad;
}

function summaryOf(call) {
  if (call.state === "dialed") return `${call.other} is being connected`;
  if (call.state === "ringing") return `${call.other} is calling`;
  if (call.state === "ended") return `Call with ${call.other} ended`;
  if (call.connected) return `Connected to ${call.connected}`;
  if (call.speaking) return `On the line with ${call.other}: speaking`;
  return `On the line with ${call.other}${call.recording ? ": speak now" : ""}`;
}
const heardText = (heard) => ({ beep: "(beep)", play: "(plays the message)" })[heard.kind] || heard.text;

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

/** Return a text with its links to a technician's own page made clickable. */
function withLinks(body) {
  return body.split(/(https?:\/\/\S+\/t\/\S+)/).map((part, n) =>
    n % 2 ? element("a", { href: part, target: "_blank", rel: "noopener" }, part) : part);
}

/** Return the codes in pages, newest first: "Reply 583112 to take it", "CALL 583112", or a bundle's "583112 (514) ...". */
function codesIn(texts) {
  const codes = /(?:Reply|Répondez|CALL|APPEL|PASSE?|DONE|FAIT|[:;]) (\d{6})\b/g;
  return [...new Set(texts.toReversed().flatMap((t) => Array.from(t.body.matchAll(codes), (match) => match[1])))].slice(0, 9);
}

function drawQuick(quick, technician, codes) {
  quick.hidden = !codes.length;
  if (quick.contains(document.activeElement)) quick.parentElement.querySelector("form input").focus();
  const code = element("select", { ariaLabel: "Code of the page" }, ...codes.map((each) => option(each, each)));
  quick.replaceChildren(code, ...Object.entries(QUICK_REPLIES).map(([label, command]) =>
    button(label, () => sendText(technician, `${command} ${code.value}`))));
}

function sendText(technician, body) {
  const to = currentTechnician(technician).texts.at(-1)?.sender || state.lines[0].number;
  return send(`phones/${encodeURIComponent(technician.number)}/text`, { to, body });
}

function replyForm(technician) {
  const box = element("input", { type: "text", autocomplete: "off", ariaLabel: `Text from ${technician.name}`, placeholder: "Reply" });
  const form = element("form", { className: "reply" }, box, element("button", { type: "submit" }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value.trim()) sendText(technician, box.value);
    box.value = "";
  });
  return form;
}

// Announcements: ringing phones and new texts, each once, to eyes, ears and screen readers.

const announcedCalls = new Set(), lastTexts = new Map();
let isFirstState = true, lastRingAt = 0;

function announce() {
  const lines = [];
  for (const phone of [...state.technicians, ...state.customers]) {
    if (hasNewText(phone)) {
      lines.push(`${ownerOf(phone)} has a new text.`);
      if ($(phone.number)) setBadge($(phone.number), "new text");
      if ($("sounds").checked) textTone();
    }
    if (isRinging(phone)) ring(phone, lines);
  }
  isFirstState = false;
  if (lines.length) $("announcements").textContent = lines.join(" ");
}

function hasNewText(phone) {
  const last = phone.texts.at(-1), key = JSON.stringify(last);
  if (!last || lastTexts.get(phone.number) === key) return false;
  lastTexts.set(phone.number, key);
  return !isFirstState;
}

function ring(phone, lines) {
  const { sid } = latest(phone);
  if (!announcedCalls.has(sid)) {
    announcedCalls.add(sid);
    lines.push(`The phone of ${ownerOf(phone)} is ringing.`);
  }
  if ($("sounds").checked && Date.now() - lastRingAt > 3000) {
    lastRingAt = Date.now();
    ringTone();
  }
}

// Faults

function drawFaults() {
  const phones = [...state.technicians, ...state.customers.filter((c) => c.number.startsWith("+"))];
  drawOnce("only for", phones.map((p) => p.number), () =>
    $("only-for").replaceChildren(option("", "every phone"), ...phones.map((p) => option(p.number, ownerOf(p)))));
  $("active").hidden = !state.faults.length;
  drawOnce("faults", state.faults, () => $("active-faults").replaceChildren(...state.faults.map((fault) =>
    element("li", {}, `${fault.description} ${fault.only_for ? `Only for ${fault.only_for}. ` : ""}`, element("strong", {}, remainingOf(fault))))));
}
const remainingOf = ({ remaining }) => (remaining === null ? "Until switched off." : remaining ? `${remaining} left.` : "Done.");

function describeFault() {
  const { description, onePhone } = $("fault").selectedOptions[0].dataset;
  $("fault-description").textContent = description;
  $("only-for").disabled = onePhone === undefined;
  if ($("only-for").disabled) $("only-for").value = "";
}

// Mails

let answered = null; // the mail in the inbox that is being answered

/** Draw the mails, newest first, and leave those that are shown alone. */
function drawInbox(mails) {
  const list = $("inbox"), wanted = new Set(mails.map((mail) => mail.id));
  for (const item of [...list.children]) if (!wanted.has(item.dataset.id)) item.remove();
  const present = new Set(Array.from(list.children, (item) => item.dataset.id));
  list.prepend(...mails.filter((mail) => !present.has(mail.id)).map(inboxItem));
}

function inboxItem(mail) {
  const item = element("li", {}, element("time", { dateTime: mail.at }, `${time(new Date(mail.at))} from ${mail.sender}`),
    element("strong", {}, mail.subject), element("p", {}, mail.words), button("Reply", () => replyTo(mail)));
  item.dataset.id = mail.id;
  return item;
}

function replyTo(mail) {
  answered = mail;
  $("mail-answers").hidden = !mail;
  if (!mail) return;
  $("mail-answers").firstChild.textContent = `A reply to “${mail.subject}”.`;
  $("mail-to").value = mail.answer_to;
  $("mail-subject").value = /\bre:/i.test(mail.subject) ? mail.subject : `Re: ${mail.subject}`;
  $("mail-words").focus();
}

async function sendMail() {
  const result = await send("mails", {
    sender_name: $("mail-name").value, sender: $("mail-from").value, to: $("mail-to").value,
    subject: $("mail-subject").value, words: $("mail-words").value, answers: answered?.id || "",
  });
  $("mail-result").textContent = result || "";
  if (result === null) return;
  $("mail-subject").value = $("mail-words").value = "";
  replyTo(null);
}

// The voicemail message

let message = null; // the WAV that is played after the beep
let recording = null;

function setMessage(blob, label) {
  message = blob;
  URL.revokeObjectURL($("listen").src);
  if (blob) $("listen").src = URL.createObjectURL(blob);
  $("listen").hidden = !blob;
  $("message").textContent = label;
}

async function toggleRecording() {
  if (recording) {
    const stopped = recording;
    recording = null;
    showRecording(null);
    setMessage(await stopped.stop(), "Your recording: listen to it, or speak it after the beep.");
    return;
  }
  try {
    recording = await startRecording();
  } catch {
    showError("No microphone is available. Choose a WAV file instead.");
    return;
  }
  showRecording(Date.now());
}

let timer = null;
function showRecording(since) {
  $("recording").hidden = !since;
  $("microphone").textContent = since ? "Stop recording" : "Record with the microphone";
  clearInterval(timer);
  $("recorded").textContent = "0 s";
  if (since) timer = setInterval(() => { $("recorded").textContent = `${Math.round((Date.now() - since) / 1000)} s`; }, 500);
}

// Helpers

const currentCustomer = () => state.customers.find((c) => c.number === $("caller").value) || state.customers[0];
const currentTechnician = (technician) => state.technicians.find((t) => t.number === technician.number);
const latest = (phone) => phone.legs.at(-1);
const isRinging = (phone) => latest(phone)?.state === "ringing";
const ownerOf = (phone) => (phone.number === "ANONYMOUS" ? "a withheld number" : phone.name);
const inZone = (at, format, language = "en-CA") => new Intl.DateTimeFormat(language, { timeZone: state.zone, ...format }).format(at);
const time = (at) => inZone(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** Draw only if the value has changed, or if `holder`, the part of the page that shows it, is new. */
function drawOnce(name, value, drawing, holder = null) {
  const current = JSON.stringify(value ?? null), before = shown.get(name);
  if (before?.current === current && before.holder === holder) return;
  shown.set(name, { current, holder });
  drawing();
}

/** Add the new items to a list, and leave those that it shows alone. */
function grow(holder, items, make) {
  const keys = items.map((item) => JSON.stringify(item)), before = shown.get(holder) || [];
  const continues = before.every((key, n) => key === keys[n]);
  if (continues && before.length === keys.length) return;
  if (!continues) holder.firstChild.replaceChildren();
  holder.firstChild.append(...items.slice(continues ? before.length : 0).map(make));
  shown.set(holder, keys);
  requestAnimationFrame(() => { holder.scrollTop = holder.scrollHeight; });
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
const button = (label, action, className) => {
  const made = element("button", { type: "button", className: className || "" }, label);
  made.addEventListener("click", action);
  return made;
};
const option = (value, label) => element("option", { value }, label);

// Actions

const on = (id, name, action) => $(id).addEventListener(name, (event) => { event.preventDefault(); action(); });
on("microphone", "click", toggleRecording);
on("wav", "change", () => setMessage($("wav").files[0] || null, $("wav").files[0] ? "This file is played after the beep." : "No message chosen: a tone of six seconds is played."));
on("speak", "click", () => send(`legs/${latest(currentCustomer()).sid}/speak`, message || tone(), "audio/wav"));
on("caller", "change", draw);
on("speed", "change", () => send("clock", { speed: Number($("speed").value) }));
on("jump", "submit", () => send("clock", { to: $("jump-to").value }));
on("fault", "change", describeFault);
on("add-fault", "submit", () => {
  const times = $("times").value;
  return send("faults", { name: $("fault").value, only_for: $("only-for").value, times: times === "always" ? times : Number(times) });
});
if ($("mail")) {
  on("write-mail", "submit", sendMail);
  on("mail-anew", "click", () => { replyTo(null); $("mail-subject").value = ""; $("mail-subject").focus(); });
}
on("clear-faults", "click", async () => { await send("faults/clear"); $("fault").focus(); });
document.querySelectorAll("[data-jump]").forEach((b) => b.addEventListener("click", () => send("clock", { seconds: Number(b.dataset.jump) })));
describeFault();
refresh();
setInterval(refresh, 500);

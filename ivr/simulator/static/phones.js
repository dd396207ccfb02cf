// The browser phone: shows everybody's phones twice a second, and sends gestures. No build, no library.
"use strict";

const $ = (id) => document.getElementById(id);
let state = null;
let message = null; // the WAV that the customer will speak
let recorder = null;
const spoken = new Set();
const shown = new Map(); // what a part of the page shows now, so that nothing is redrawn under somebody's fingers

async function send(path, body, type) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "X-Browser-Phone": "1", "Content-Type": type || "application/json" },
    body: type ? body : JSON.stringify(body || {}),
  });
  trouble(answer.ok ? "" : await answer.text());
  await look();
}

function trouble(words) {
  $("trouble").textContent = words.replace(/<[^>]*>/g, " ");
  $("trouble").hidden = !words;
}

async function look() {
  try {
    state = await (await fetch("phones")).json();
  } catch {
    trouble("The demo does not answer. Is it still running?");
    return;
  }
  draw();
}

function draw() {
  const now = new Date(state.now);
  $("now").textContent = new Intl.DateTimeFormat("en-CA", {
    timeZone: state.zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
    second: "2-digit", hourCycle: "h23",
  }).format(now);
  $("catching-up").hidden = !state.target || new Date(state.target) - now < 3000;
  drawOnce("caller", state.customers.map((c) => c.number), () => {
    $("caller").replaceChildren(...state.customers.map((c) => option(c.number, c.number === "ANONYMOUS" ? "a withheld number" : c.number)));
  });
  drawOnce("lines", state.lines, () => {
    $("lines").replaceChildren(...state.lines.map((line) =>
      button(`Dial ${line.name}`, () => send(`phones/${encodeURIComponent($("caller").value)}/dial`, { to: line.number }), "go")));
  });
  const customer = state.customers.find((c) => c.number === $("caller").value) || state.customers[0];
  const call = latest(customer);
  drawOnce("customer-call", call, () => $("customer-call").replaceChildren(...(call ? [drawCall(call)] : [])));
  drawOnce("customer-texts", [customer.texts, customer.sent], () => $("customer-texts").replaceChildren(drawTexts(customer)));
  $("speak").disabled = !(call && call.recording && !call.speaking);
  state.technicians.forEach(drawTechnician);
  drawFaults();
  if (state.beside) showBeside();
  if ($("aloud").checked) sayAloud(call);
}

function showBeside() {
  if (!$("beside").hidden) return;
  $("beside").hidden = $("to-beside").hidden = false;
  document.querySelector("main").classList.add("with-console");
  $("beside").querySelector("a").href = state.beside;
  $("beside").append(element("iframe", { src: state.beside, title: "The supervisors' console" }));
}

function drawFaults() {
  drawOnce("fault-kind", state.troubles, () =>
    $("fault-kind").replaceChildren(...Object.entries(state.troubles).map(([kind, words]) => option(kind, words))));
  drawOnce("faults-on", state.faults, () =>
    $("faults-on").replaceChildren(...state.faults.map((fault) => element("li", {}, `${fault.words}: ${fault.left}`))));
  $("faults-clear").disabled = !state.faults.length;
}

const HABITS = {
  calls: { rings: "rings", rejects: "rejects calls", busy: "is busy", unreachable: "is switched off", voicemail: "goes to voicemail" },
  texts: { delivered: "texts arrive", undelivered: "texts do not arrive", silent: "nobody knows whether texts arrive", stopped: "has sent STOP", landline: "is a landline", unregistered: "our sender is blocked" },
};

function habits(technician) {
  return element("div", { className: "habits" }, ...Object.entries(HABITS).map(([what, words]) => {
    const choice = element("select", { name: what, ariaLabel: `${technician.name}'s phone: ${what}` }, ...Object.entries(words).map(([value, label]) => option(value, label)));
    choice.value = technician.habits[what];
    choice.addEventListener("change", () => send(`phones/${encodeURIComponent(technician.number)}/habits`, { [what]: choice.value }));
    return choice;
  }));
}

const QUICK = { ack: "Take it", call: "Connect me", done: "Resolved", na: "No answer", pass: "Pass it on", who: "Who has it?" };

const CODE = /\b(?:reply|répondez|call|appel|pass|passe) (\d{4})\b/i;

/** What can be texted back in one press: the words of the desk, with the code of the last text that has one. */
function quickReplies(technician) {
  const last = technician.texts.filter((text) => CODE.test(text.body)).at(-1);
  const reply = (word) => ({ to: last.sender, body: `${word} ${CODE.exec(last.body)[1]}` });
  return last ? Object.entries(QUICK).map(([word, label]) =>
    button(label, () => send(`phones/${encodeURIComponent(technician.number)}/text`, reply(word)))) : [];
}

function drawTechnician(technician) {
  let card = $(technician.number);
  if (!card) {
    card = element("section", { id: technician.number, className: "phone" },
      element("h3", {}, technician.name), element("p", { className: "quiet" }, technician.number),
      element("div", { className: "its-call" }), element("div", { className: "its-texts" }), element("div", { className: "quick", role: "group", ariaLabel: `Replies of ${technician.name}` }), replyForm(technician), habits(technician));
    $("technicians").append(card);
  }
  const call = latest(technician);
  card.classList.toggle("rings", Boolean(call && call.state === "ringing"));
  drawOnce(`call ${technician.number}`, call, () =>
    card.querySelector(".its-call").replaceChildren(...(call ? [drawCall(call)] : [])));
  drawOnce(`texts ${technician.number}`, [technician.texts, technician.sent], () => {
    card.querySelector(".its-texts").replaceChildren(drawTexts(technician));
    card.querySelector(".quick").replaceChildren(...quickReplies(technician));
    if (technician.texts.length && $("chime").checked) chime();
  });
}

function drawCall(call) {
  const parts = [element("p", {}, element("strong", {}, words(call)))];
  if (call.state === "ringing") {
    parts.push(button("Answer", () => send(`legs/${call.sid}/answer`), "go"), " ",
      button("Reject", () => send(`legs/${call.sid}/reject`), "stop"));
  }
  if (call.state === "in-progress") {
    const keypad = element("div", { className: "keypad", role: "group", ariaLabel: "Keypad" },
      ...Array.from("123456789*0#", (key) => button(key, () => press(call, key))));
    parts.push(keypad, button("Hang up", () => send(`legs/${call.sid}/hang-up`), "stop"));
  }
  const heard = element("ol", { className: "heard", tabIndex: 0, ariaLabel: "What is heard" }, ...call.heard.map((h, n) =>
    element("li", { className: n === call.heard.length - 1 && call.state !== "ended" ? "latest" : "", lang: h.language || "en" },
      h.kind === "beep" ? "(beep)" : h.kind === "play" ? "(the message is played)" : h.text)));
  parts.push(heard);
  const card = element("div", { className: "call" }, ...parts);
  requestAnimationFrame(() => { heard.scrollTop = heard.scrollHeight; });
  return card;
}

function words(call) {
  if (call.state === "ringing") return `${call.other} is calling`;
  if (call.state === "ended") return `Call with ${call.other}: ended`;
  if (call.connected) return `Connected to ${call.connected}`;
  if (call.speaking) return `On the line with ${call.other}: speaking`;
  return `On the line with ${call.other}${call.recording ? ": speak now" : ""}`;
}

function press(call, key) {
  tone(key);
  return send(`legs/${call.sid}/press`, { keys: key });
}

function drawTexts(phone) {
  const all = [...phone.texts.map((t) => ({ ...t, mine: false })), ...phone.sent.map((t) => ({ ...t, mine: true }))]
    .sort((a, b) => a.at.localeCompare(b.at));
  const list = element("ul", { className: "texts", tabIndex: 0, ariaLabel: `Texts of ${phone.name}` }, ...all.map((t) =>
    element("li", { className: t.mine ? "mine" : "" }, element("time", { dateTime: t.at }, time(t.at)), ...linked(t.body))));
  requestAnimationFrame(() => { list.scrollTop = list.scrollHeight; });
  return list;
}

/** The text, with its web addresses as links. */
const linked = (body) => body.split(/(https?:\/\/\S+)/).map((part, n) =>
  n % 2 ? element("a", { href: part, target: "_blank", rel: "noopener" }, part) : part);

function replyForm(technician) {
  const box = element("input", { type: "text", name: "body", autocomplete: "off", ariaLabel: `Text from ${technician.name}`, placeholder: "Text back, such as the code" });
  const form = element("form", { className: "reply" }, box, element("button", { type: "submit" }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const to = technicianNow(technician).texts.at(-1)?.sender || state.lines[0].number;
    if (box.value.trim()) send(`phones/${encodeURIComponent(technician.number)}/text`, { to, body: box.value });
    box.value = "";
  });
  return form;
}

const technicianNow = (technician) => state.technicians.find((t) => t.number === technician.number);
const latest = (phone) => phone.legs.at(-1);
const time = (at) => new Intl.DateTimeFormat("en-CA", { timeZone: state.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(new Date(at));

function drawOnce(name, value, drawing) {
  const is = JSON.stringify(value ?? null);
  if (shown.get(name) !== is) {
    shown.set(name, is);
    drawing();
  }
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

// Sound

let audio = null;
function tone(key) {
  const rows = [697, 770, 852, 941], columns = [1209, 1336, 1477], at = "123456789*0#".indexOf(key);
  audio ??= new AudioContext();
  for (const frequency of [rows[Math.floor(at / 3)], columns[at % 3]]) {
    const oscillator = new OscillatorNode(audio, { frequency }), volume = new GainNode(audio, { gain: 0.05 });
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start();
    oscillator.stop(audio.currentTime + 0.12);
  }
}

function chime() {
  audio ??= new AudioContext();
  const [note, volume] = [new OscillatorNode(audio, { frequency: 880 }), new GainNode(audio, { gain: 0.06 })];
  note.connect(volume).connect(audio.destination);
  note.start();
  note.stop(audio.currentTime + 0.18);
}

function sayAloud(call) {
  for (const heard of call && call.state !== "ended" ? call.heard : []) {
    const name = `${call.sid} ${heard.at} ${heard.text}`;
    if (heard.kind !== "say" || spoken.has(name)) continue;
    spoken.add(name);
    speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(heard.text), { lang: heard.language || "en-US" }));
  }
}

/** Encode sound as a phone has it: 8 kHz, mono, 16 bit. */
function wav(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const write = (at, text) => [...text].forEach((c, n) => view.setUint8(at + n, c.charCodeAt(0)));
  write(0, "RIFF"); view.setUint32(4, 36 + samples.length * 2, true); write(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true); view.setUint32(24, 8000, true);
  view.setUint32(28, 16000, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  write(36, "data"); view.setUint32(40, samples.length * 2, true);
  samples.forEach((s, n) => view.setInt16(44 + n * 2, Math.max(-1, Math.min(1, s)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
}

async function asPhoneSound(blob) {
  const sound = await new AudioContext().decodeAudioData(await blob.arrayBuffer());
  const phone = new OfflineAudioContext(1, Math.ceil(sound.duration * 8000), 8000);
  const source = new AudioBufferSourceNode(phone, { buffer: sound });
  source.connect(phone.destination);
  source.start();
  return wav(Array.from((await phone.startRendering()).getChannelData(0)));
}

async function record() {
  if (recorder) {
    recorder.stop();
    return;
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    trouble("There is no microphone to be had. Give a WAV file instead.");
    return;
  }
  const pieces = [];
  recorder = new MediaRecorder(stream);
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = async () => {
    stream.getTracks().forEach((track) => track.stop());
    recorder = null;
    $("microphone").textContent = "Record with the microphone";
    message = await asPhoneSound(new Blob(pieces));
    $("message").textContent = "Your recording is ready to be spoken after the beep.";
    const player = element("audio", { controls: true, src: URL.createObjectURL(message), ariaLabel: "What you recorded" });
    $("recorded").replaceChildren(player);
  };
  recorder.start();
  $("microphone").textContent = "Stop recording";
}

const hum = () => wav(Array.from({ length: 48000 }, (_, n) => 0.3 * Math.sin((n * 440 * 2 * Math.PI) / 8000)));

$("microphone").addEventListener("click", record);
$("wav").addEventListener("change", () => {
  message = $("wav").files[0] || null;
  $("message").textContent = message ? `${message.name} will be spoken.` : "Nothing given: six seconds of a tone are spoken.";
});
$("speak").addEventListener("click", () => {
  const call = latest(state.customers.find((c) => c.number === $("caller").value));
  if (call) send(`legs/${call.sid}/speak`, message || hum(), "audio/wav");
});
$("speed").addEventListener("change", () => send("clock", { speed: Number($("speed").value) }));
document.querySelectorAll("[data-jump]").forEach((b) => b.addEventListener("click", () => send("clock", { seconds: Number(b.dataset.jump) })));
$("jump").addEventListener("submit", (event) => {
  event.preventDefault();
  send("clock", { to: $("jump-to").value });
});
$("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  send("faults", { kind: $("fault-kind").value, ...($("fault-times").value && { times: Number($("fault-times").value) }) });
});
$("faults-clear").addEventListener("click", () => send("faults/clear"));
setInterval(look, 500);
look();

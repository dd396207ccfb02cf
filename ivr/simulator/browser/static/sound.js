// What a phone sounds like: keys, rings and beeps, prompts spoken by the browser, and a voice recorded as a phone has it.

let audio = null;

function beeps(frequencies, seconds, after = 0) {
  audio ??= new AudioContext();
  for (const frequency of frequencies) {
    const oscillator = new OscillatorNode(audio, { frequency }), volume = new GainNode(audio, { gain: 0.05 });
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(audio.currentTime + after);
    oscillator.stop(audio.currentTime + after + seconds);
  }
}

/** The two tones of a key. */
export function keyTone(key) {
  const rows = [697, 770, 852, 941], columns = [1209, 1336, 1477], at = "123456789*0#".indexOf(key);
  beeps([rows[Math.floor(at / 3)], columns[at % 3]], 0.12);
}
export const ringTone = () => beeps([440, 480], 1);
export const textPing = () => { beeps([880], 0.1); beeps([1320], 0.15, 0.12); };

const begun = new Set();

/** Speak what is heard in a call and was not spoken yet. */
export function sayAloud(call) {
  for (const heard of call.state === "ended" ? [] : call.heard) {
    const name = `${call.sid} ${heard.at} ${heard.text}`;
    if (begun.has(name)) continue;
    begun.add(name);
    if (heard.kind === "say") speechSynthesis.speak(utterance(heard));
    if (heard.kind === "beep") beeps([1000], 0.4);
    if (heard.kind === "play") new Audio(heard.text).play().catch(() => {});
  }
}
export const beSilent = () => speechSynthesis.cancel();

function utterance(heard) {
  const lang = heard.language || "en-US", voices = speechSynthesis.getVoices();
  const speaks = (beginning) => voices.find((voice) => voice.lang.replace("_", "-").startsWith(beginning));
  return Object.assign(new SpeechSynthesisUtterance(heard.text), { lang, voice: speaks(lang) || speaks(lang.slice(0, 2)) || null });
}

/** A WAV at 8 kHz, mono, 16 bit. */
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

/** Six seconds of a tone, for whoever has no voice to give. */
export const hum = () => wav(Array.from({ length: 48000 }, (_, n) => 0.3 * Math.sin((n * 440 * 2 * Math.PI) / 8000)));

async function asPhoneSound(blob) {
  audio ??= new AudioContext();
  const sound = await audio.decodeAudioData(await blob.arrayBuffer());
  const phone = new OfflineAudioContext(1, Math.ceil(sound.duration * 8000), 8000);
  const source = new AudioBufferSourceNode(phone, { buffer: sound });
  source.connect(phone.destination);
  source.start();
  return wav(Array.from((await phone.startRendering()).getChannelData(0)));
}

/** Record until `stop()`, which gives the WAV. Fails where there is no microphone. */
export async function startRecording() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream), pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.start();
  return {
    stop: async () => {
      const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
      recorder.stop();
      await stopped;
      stream.getTracks().forEach((track) => track.stop());
      return asPhoneSound(new Blob(pieces));
    },
  };
}

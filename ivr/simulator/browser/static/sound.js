// The sounds of a phone: keys, rings, beeps, prompts read aloud by the browser, and recording from the microphone.

let audio = null;

function beep(frequencies, seconds, after = 0) {
  audio ??= new AudioContext();
  for (const frequency of frequencies) {
    const oscillator = new OscillatorNode(audio, { frequency }), volume = new GainNode(audio, { gain: 0.05 });
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(audio.currentTime + after);
    oscillator.stop(audio.currentTime + after + seconds);
  }
}

/** Play the two tones of a key. */
export function keyTone(key) {
  const rows = [697, 770, 852, 941], columns = [1209, 1336, 1477], index = "123456789*0#".indexOf(key);
  beep([rows[Math.floor(index / 3)], columns[index % 3]], 0.12);
}
export const ringTone = () => beep([440, 480], 1);
export const textTone = () => { beep([880], 0.1); beep([1320], 0.15, 0.12); };

const spoken = new Set();

/** Read aloud what is heard in a call, each part once. */
export function readAloud(call) {
  for (const heard of call.state === "ended" ? [] : call.heard) {
    const key = `${call.sid} ${heard.at} ${heard.text}`;
    if (spoken.has(key)) continue;
    spoken.add(key);
    if (heard.kind === "say") speechSynthesis.speak(utterance(heard));
    if (heard.kind === "beep") beep([1000], 0.4);
    if (heard.kind === "play") new Audio(heard.text).play().catch(() => {});
  }
}
export const stopReading = () => speechSynthesis.cancel();

function utterance(heard) {
  const lang = heard.language || "en-US", voices = speechSynthesis.getVoices();
  const voiceFor = (prefix) => voices.find((voice) => voice.lang.replace("_", "-").startsWith(prefix));
  return Object.assign(new SpeechSynthesisUtterance(heard.text), { lang, voice: voiceFor(lang) || voiceFor(lang.slice(0, 2)) || null });
}

/** Return a WAV file: 8 kHz, mono, 16 bit. */
function wav(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const write = (offset, text) => [...text].forEach((c, n) => view.setUint8(offset + n, c.charCodeAt(0)));
  write(0, "RIFF"); view.setUint32(4, 36 + samples.length * 2, true); write(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true); view.setUint32(24, 8000, true);
  view.setUint32(28, 16000, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  write(36, "data"); view.setUint32(40, samples.length * 2, true);
  samples.forEach((s, n) => view.setInt16(44 + n * 2, Math.max(-1, Math.min(1, s)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
}

/** Return six seconds of a tone, for when no message was recorded. */
export const tone = () => wav(Array.from({ length: 48000 }, (_, n) => 0.3 * Math.sin((n * 440 * 2 * Math.PI) / 8000)));

async function asPhoneAudio(blob) {
  audio ??= new AudioContext();
  const sound = await audio.decodeAudioData(await blob.arrayBuffer());
  const phone = new OfflineAudioContext(1, Math.ceil(sound.duration * 8000), 8000);
  const source = new AudioBufferSourceNode(phone, { buffer: sound });
  source.connect(phone.destination);
  source.start();
  return wav(Array.from((await phone.startRendering()).getChannelData(0)));
}

/** Record until `stop()` is called, which returns the WAV. Rejects if there is no microphone. */
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
      return asPhoneAudio(new Blob(pieces));
    },
  };
}

// `@openai/agents-realtime` on Node.js, over a WebSocket: node client.mjs http://127.0.0.1:8765 question.wav
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { z } from 'zod';

const TYPED = 'When is breakfast served on Saturday, and what is the weather in London?';
const PIECE_MS = 40;
const PIECE_BYTES = 24 * PIECE_MS * 2;

const tell = (kind, what) => console.log(JSON.stringify({ kind, ...what }));

const getWeather = tool({
  name: 'get_weather',
  description: 'Tell the current weather in a city.',
  parameters: z.object({ city: z.string().describe('The city.') }),
  async execute({ city }) {
    tell('called', { name: 'get_weather', arguments: { city } });
    return `It is foggy and 12 degrees in ${city}.`;
  },
});

async function converse(address, recording) {
  const agent = new RealtimeAgent({ name: 'Concierge', tools: [getWeather] });
  const session = new RealtimeSession(agent, { transport: 'websocket' });
  session.on('error', ({ error }) => tell('error', { error: JSON.stringify(error) }));
  session.on('transport_event', (event) => {
    if (event.type === 'conversation.item.input_audio_transcription.completed') tell('heard', { text: event.transcript });
  });
  await session.connect({ apiKey: 'none', url: `${address.replace('http', 'ws')}/v1/realtime` });
  const silent = new AbortController();
  speak(session, recording, silent.signal);
  await answered(session);
  silent.abort();
  const answer = answered(session);
  session.sendMessage(TYPED);
  await answer;
  session.close();
}

/** Resolves when an answer was spoken. */
function answered(session) {
  return new Promise((resolve) => {
    let audio = 0;
    const count = ({ data }) => {
      audio += data.byteLength;
    };
    const end = (_context, _agent, text) => {
      if (!audio) return;
      session.off('audio', count);
      session.off('agent_end', end);
      tell('answer', { text, audio });
      resolve();
    };
    session.on('audio', count);
    session.on('agent_end', end);
  });
}

/** Speaks a 16-bit mono WAV of 24 kHz as a microphone would: silence goes on after the words. */
async function speak(session, recording, signal) {
  const file = readFileSync(recording);
  const words = file.subarray(file.indexOf('data') + 8);
  for (let at = 0; !signal.aborted; at += PIECE_BYTES) {
    const piece = new Uint8Array(PIECE_BYTES);
    piece.set(words.subarray(at, at + PIECE_BYTES));
    session.sendAudio(piece.buffer);
    await pause(PIECE_MS);
  }
}

await converse(process.argv[2], process.argv[3]);

/** 16-bit PCM as it travels (little-endian bytes), as integers, and as floats of −1…1. */

/** Round floats to 16-bit samples; louder than full scale is clipped, never wrapped. */
export function toInt16(samples: Float32Array): Int16Array {
  const out = new Int16Array(samples.length);
  for (let at = 0; at < samples.length; at++) {
    out[at] = Math.max(-32_768, Math.min(32_767, Math.round((samples[at] ?? 0) * 32_768)));
  }
  return out;
}

/** Scale 16-bit samples to floats. */
export function toFloat32(samples: Int16Array): Float32Array {
  const out = new Float32Array(samples.length);
  for (let at = 0; at < samples.length; at++) out[at] = (samples[at] ?? 0) / 32_768;
  return out;
}

/** Write samples as little-endian bytes, whatever the machine's own order is. */
export function toBytes(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < samples.length; at++) view.setInt16(at * 2, samples[at] ?? 0, true);
  return bytes;
}

/** Read little-endian bytes as samples; an odd last byte is no sample and is left out. */
export function fromBytes(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Int16Array(bytes.length >> 1);
  for (let at = 0; at < out.length; at++) out[at] = view.getInt16(at * 2, true);
  return out;
}

/** Loudness as root mean square, 0…1. */
export function rms(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

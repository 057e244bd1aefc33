/** Base64 (RFC 4648, padded) of bytes. Written out, so that the core needs neither a browser nor Node. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INVALID = 255;

const VALUES = new Uint8Array(128).fill(INVALID);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Encode bytes as text. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((group >> 6) & 63) : "=";
    text += left > 2 ? ALPHABET.charAt(group & 63) : "=";
  }
  return text;
}

/**
 * Decode text into bytes.
 *
 * @throws RangeError when the text is not padded base64.
 */
export function decodeBase64(text: string): Uint8Array {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (text.length % 4 !== 0) throw new RangeError(`base64 text has ${text.length} characters, not a multiple of 4`);
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let at = 0, to = 0; at < text.length; at += 4, to += 3) {
    let group = 0;
    for (let offset = 0; offset < 4; offset++) {
      const place = at + offset;
      const code = text.charCodeAt(place);
      const value = place >= text.length - padding ? 0 : code < 128 ? (VALUES[code] ?? INVALID) : INVALID;
      if (value === INVALID) throw new RangeError(`base64 text has a stray character at ${place}`);
      group = (group << 6) | value;
    }
    // Writes beyond the end (the padding) are ignored by a typed array.
    bytes[to] = group >> 16;
    bytes[to + 1] = (group >> 8) & 255;
    bytes[to + 2] = group & 255;
  }
  return bytes;
}

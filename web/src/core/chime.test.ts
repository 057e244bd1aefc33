import { describe, expect, it } from "vitest";
import { Chime } from "./chime";

const RATE = 24_000;
const peak = (samples: Float32Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
const step = (samples: Float32Array) =>
  samples.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (samples[at - 1] ?? sample))), 0);

function pull(chime: Chime, seconds: number): Float32Array {
  const out = new Float32Array(RATE * seconds);
  for (let at = 0; at < out.length; at += 128) chime.mix(out.subarray(at, at + 128));
  return out;
}

describe("the sound of waiting", () => {
  it("is silent until it begins, then soft, short and without a click", () => {
    const chime = new Chime(RATE);
    expect(peak(pull(chime, 0.1))).toBe(0);
    chime.begin();
    const sound = pull(chime, 1);
    expect(peak(sound)).toBeGreaterThan(0.03);
    expect(peak(sound)).toBeLessThan(0.1);
    expect(peak(sound.subarray(RATE * 0.6))).toBe(0);
    expect(step(sound)).toBeLessThan(0.02);
    expect(chime.sounding).toBe(false);
  });

  it("gives way to speech within 20 ms, without a click", () => {
    const chime = new Chime(RATE);
    chime.begin();
    const before = pull(chime, 0.1);
    chime.end();
    chime.end();
    const after = pull(chime, 0.1);
    expect(peak(after.subarray(RATE * 0.021))).toBe(0);
    expect(step(Float32Array.from([...before, ...after]))).toBeLessThan(0.02);
  });

  it("sounds again when asked again, and does not begin anew while it sounds", () => {
    const chime = new Chime(RATE);
    chime.begin();
    chime.end();
    pull(chime, 0.1);
    chime.begin();
    const half = pull(chime, 0.3);
    expect(peak(half)).toBeGreaterThan(0.03);
    chime.begin();
    pull(chime, 0.31);
    expect(chime.sounding).toBe(false);
  });

  it("adds itself to what is there", () => {
    const chime = new Chime(RATE);
    chime.begin();
    const out = new Float32Array(128).fill(0.25);
    chime.mix(out);
    expect(out[0]).toBe(0.25);
    expect(out[100]).not.toBe(0.25);
  });
});

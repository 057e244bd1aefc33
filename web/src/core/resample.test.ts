import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rms } from "./pcm";
import { Resampler } from "./resample";

const sine = (hz: number, rate: number, seconds = 0.5) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hz * at) / rate));

function convert(from: number, to: number, input: Float32Array, cuts: readonly number[] = []): Float32Array {
  const resampler = new Resampler(from, to);
  const edges = [0, ...cuts.map((cut) => cut % (input.length + 1)).toSorted((a, b) => a - b), input.length];
  const blocks = edges.slice(1).map((end, index) => resampler.process(input.slice(edges[index], end)));
  return Float32Array.from([...blocks, resampler.flush()].flatMap((block) => [...block]));
}

const RATES = [8_000, 16_000, 22_050, 44_100, 48_000, 96_000];

describe("resampler", () => {
  it("hands on the very same samples when there is nothing to do", () => {
    const input = sine(440, 24_000);
    expect(new Resampler(24_000, 24_000).process(input)).toBe(input);
  });

  it.each(RATES)("keeps a voice's tone as it was, coming from %d Hz", (rate) => {
    const got = convert(rate, 24_000, sine(440, rate));
    const wanted = sine(440, 24_000);
    // At the very edges the filter sees the silence around the sound.
    const error = got.slice(600, 11_000).map((value, index) => value - (wanted[index + 600] ?? 0));
    expect(rms(error)).toBeLessThan(0.001);
  });

  it.each(RATES)("keeps a voice's tone as it was, going to %d Hz", (rate) => {
    const got = convert(24_000, rate, sine(440, 24_000));
    const wanted = sine(440, rate);
    const error = got.slice(1200, -1200).map((value, index) => value - (wanted[index + 1200] ?? 0));
    expect(rms(error)).toBeLessThan(0.001);
  });

  it.each([44_100, 48_000, 96_000])("lets nothing above the new Nyquist frequency fold back from %d Hz", (rate) => {
    const got = convert(rate, 24_000, sine(15_000, rate));
    expect(20 * Math.log10(rms(got.slice(600, -600)) / rms(sine(15_000, rate)))).toBeLessThan(-50);
  });

  it("keeps the length to the sample", () => {
    fc.assert(
      fc.property(fc.constantFrom(...RATES), fc.integer({ min: 1, max: 3000 }), (rate, length) => {
        expect(convert(rate, 24_000, new Float32Array(length)).length).toBe(Math.ceil((length * 24_000) / rate));
      }),
      { numRuns: 40 },
    );
  });

  it("gives the same however the sound is cut into blocks", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES),
        fc.float32Array({ minLength: 1, maxLength: 1500, min: -1, max: 1, noNaN: true }),
        fc.array(fc.nat({ max: 1500 }), { maxLength: 12 }),
        (rate, input, cuts) => {
          expect(convert(rate, 24_000, input, cuts)).toEqual(convert(rate, 24_000, input));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("starts afresh after a flush", () => {
    const resampler = new Resampler(48_000, 24_000);
    const once = () => [...resampler.process(sine(300, 48_000, 0.02)), ...resampler.flush()];
    expect(once()).toEqual(once());
  });
});

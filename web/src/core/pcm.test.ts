import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBytes, rms, toBytes, toFloat32, toInt16 } from "./pcm";

const samples = fc.int16Array({ maxLength: 300 });

describe("pcm", () => {
  it("survives the way to the wire and back", () => {
    fc.assert(fc.property(samples, (given) => void expect(fromBytes(toBytes(given))).toEqual(given)));
  });

  it("survives the way to floats and back", () => {
    fc.assert(fc.property(samples, (given) => void expect(toInt16(toFloat32(given))).toEqual(given)));
  });

  it("is little-endian on the wire", () => {
    expect([...toBytes(Int16Array.of(0x1234, -2))]).toEqual([0x34, 0x12, 0xfe, 0xff]);
  });

  it("clips what is too loud instead of wrapping it round", () => {
    expect([...toInt16(Float32Array.of(1, 1.5, -1, -9))]).toEqual([32_767, 32_767, -32_768, -32_768]);
  });

  it("leaves out half a sample at the end", () => {
    expect(fromBytes(Uint8Array.of(1, 0, 7)).length).toBe(1);
  });

  it("reads bytes that begin in the middle of a buffer", () => {
    expect([...fromBytes(Uint8Array.of(9, 1, 0, 2, 0).subarray(1))]).toEqual([1, 2]);
  });

  it("measures loudness", () => {
    expect(rms(Float32Array.of(0.5, -0.5, 0.5))).toBeCloseTo(0.5);
    expect(rms(new Float32Array(0))).toBe(0);
  });
});

/** What a call hears while nobody talks: without it the server would wait for the end of what was begun. */
export class SilentTrack {
  #context: AudioContext | null = null;
  #track: MediaStreamTrack | null = null;

  /** Make ready. Called from a click or a key. */
  open(): void {
    if (this.#context === null) {
      this.#context = new AudioContext();
      this.#track = this.#context.createMediaStreamDestination().stream.getAudioTracks()[0] ?? null;
    }
    void this.#context.resume();
  }

  /** Silence; null before the first `open`. */
  track(): MediaStreamTrack | null {
    return this.#track;
  }

  close(): void {
    void this.#context?.close();
    this.#context = null;
    this.#track = null;
  }
}

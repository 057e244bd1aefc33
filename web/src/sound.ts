/** How sound is to be: keeps what the user prefers, and sees to it that microphone and loudspeaker are the chosen ones. */
import { devicesOf, type Listed, present } from "./core/devices";
import type { Preferences } from "./core/preferences";
import type { ServerEvent } from "./core/protocol";
import type { CallSound } from "./shell/connection";
import { askForNames, type DeviceWatch, watchDevices } from "./shell/devices";
import { keepPreferences } from "./shell/keeping";
import type { Microphone } from "./shell/microphone";
import { microphoneTroubleOf } from "./shell/microphone-access";
import type { Speaker } from "./shell/speaker";
import { Waiting } from "./shell/waiting";
import { isTextOnly, type SoundState, type Store } from "./store";

export class SoundSettings {
  readonly #store: Store;
  readonly #microphone: Microphone;
  readonly #speaker: Speaker;
  readonly #call: () => CallSound | null;
  readonly #watch: DeviceWatch;
  readonly #waiting = new Waiting(() => this.#soundOfWaiting());
  /** The devices in use; they differ from the preferred ones while those are away. */
  #heard = "";
  #heardFrom = "";

  /** @param call the sound of the present call, if there is one. */
  constructor(store: Store, microphone: Microphone, speaker: Speaker, call: () => CallSound | null) {
    this.#store = store;
    this.#microphone = microphone;
    this.#speaker = speaker;
    this.#call = call;
    this.#watch = watchDevices((listed) => void this.#listed(listed));
  }

  /** The microphone has been opened: only now do browsers tell names, and what is done to the sound. */
  opened(): void {
    this.#call()?.talk(this.#microphone.track());
    this.#set({ unmet: this.#microphone.unmet() });
    void this.#watch.refresh();
  }

  /** Ask for the microphone no longer: what is allowed from now on is given back. */
  async giveUp(): Promise<void> {
    this.#store.setState({ listening: "off" });
    await this.#microphone.close();
  }

  /** A call has been made: it is to hear what the microphone hears, and to be heard where the user wants to hear. */
  called(): void {
    const track = this.#microphone.track();
    if (track !== null) {
      this.#call()?.open();
      this.#call()?.talk(track);
    }
    if (this.#heardFrom !== "") void this.#call()?.use(this.#heardFrom).catch(() => undefined);
  }

  /** Ask the browser for the devices' names before anything was said. */
  async reveal(): Promise<void> {
    try {
      await askForNames();
      await this.#watch.refresh();
    } catch (error) {
      this.#complain(error);
    }
  }

  /** Listen to a microphone from now on, in mid-sentence too. @param id "" is what the system says. */
  async chooseMicrophone(id: string): Promise<void> {
    this.prefer({ microphone: id });
    await this.#listenTo(id);
  }

  /** Play on a loudspeaker from now on. @param id "" is what the system says. */
  async chooseSpeaker(id: string): Promise<void> {
    this.prefer({ speaker: id });
    await this.#playOn(id);
  }

  /** Whether answers are to be written only: so the user wants it, or a page of this address cannot sound. */
  get textOnly(): boolean {
    return isTextOnly(this.#store.getState().sound);
  }

  /** Note a preference, for the next visit too. */
  prefer(change: Partial<Preferences>): void {
    const preferences = { ...this.#store.getState().sound.preferences, ...change };
    this.#set({ preferences });
    keepPreferences(preferences);
  }

  /** Let silence take the place of what the microphone hears, or end that. */
  mute(muted: boolean): void {
    this.#microphone.mute(muted);
    this.#set({ muted });
  }

  /** Let be heard that a tool takes its time. */
  follow(event: ServerEvent): void {
    switch (event.type) {
      case "session.created":
        this.stopWaiting(); // what the former session was at, this one is not
        break;
      case "extension.call.started":
        this.#waiting.begin(event.call_id);
        break;
      case "extension.tool.waiting":
        if (event.sound) this.#waiting.announce(event.call_id);
        break;
      case "extension.call.finished":
      case "extension.tool.approval_requested":
        this.#waiting.end(event.call_id);
        break;
    }
  }

  /** The user has allowed a call: now it is at work. */
  awaitCall(id: string): void {
    this.#waiting.begin(id);
  }

  /** Look after the devices no longer. */
  close(): void {
    this.#watch.stop();
    this.#waiting.stop();
  }

  /** Nothing is at work any more. */
  stopWaiting(): void {
    this.#waiting.stop();
  }

  async #listed(listed: readonly Listed[]): Promise<void> {
    const microphones = devicesOf(listed, "audioinput");
    const speakers = devicesOf(listed, "audiooutput");
    this.#set({ microphones, speakers });
    const { preferences } = this.#store.getState().sound;
    const from = present(speakers, preferences.speaker);
    if (from !== this.#heardFrom) await this.#playOn(from);
    const to = present(microphones, preferences.microphone);
    if (to !== this.#heard) await this.#listenTo(to);
  }

  async #listenTo(id: string): Promise<void> {
    this.#heard = id;
    try {
      await this.#microphone.use(id);
      const track = this.#microphone.track();
      if (track === null) return;
      this.#call()?.talk(track);
      this.#set({ unmet: this.#microphone.unmet() });
    } catch (error) {
      this.#complain(error);
    }
  }

  async #playOn(id: string): Promise<void> {
    this.#heardFrom = id;
    try {
      await Promise.all([this.#speaker.use(id), this.#call()?.use(id)]);
    } catch {
      this.#store.setState({ trouble: { of: "speaker", trouble: "unusable" } });
      if (id !== "") await this.chooseSpeaker("");
    }
  }

  #soundOfWaiting(): void {
    const { speaking, conversation, sound } = this.#store.getState();
    if (sound.preferences.waitingSound && !this.textOnly && !speaking && !conversation.hearing) this.#speaker.chime();
  }

  #complain(error: unknown): void {
    const trouble = microphoneTroubleOf(error);
    this.#store.setState({ trouble: { of: "microphone", trouble } });
  }

  #set(change: Partial<SoundState>): void {
    this.#store.setState(({ sound }) => ({ sound: { ...sound, ...change } }));
  }
}

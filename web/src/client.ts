/** The client: puts connection, microphone and speaker together, and does what the user asks for. */
import { encodeBase64, decodeBase64 } from "./core/base64";
import { type Conversation, interruptible, type LocalEvent, reduce, silence } from "./core/conversation";
import { fromBytes, toBytes } from "./core/pcm";
import { deletion, played, turnsBy, written } from "./core/outgoing";
import { itemsOf } from "./core/past";
import { type ServerEvent, type TurnDetection, WIRE_RATE } from "./core/protocol";
import { Recorder } from "./recorder";
import { connectBy, type Fallback, type RouteListener } from "./shell/choose";
import type { Connection, Ending, Transport } from "./shell/connection";
import { Microphone } from "./shell/microphone";
import { microphoneTroubleOf } from "./shell/microphone-access";
import { canChooseSpeaker, type Position, Speaker } from "./shell/speaker";
import { SoundSettings } from "./sound";
import { isReachable, mended, type Store } from "./store";
import { troubleOf } from "./trouble";

/** A press shorter than this is a slip of the finger, ms of sound. */
const SHORTEST_MS = 150;
/** Silence sent after hands-free talking ends, so that the server's own turn detection closes what was begun. */
const TAIL_MS = 1_000;
/** On a call, the end of an utterance may still be under way for so long when the microphone has closed, ms. */
const ARRIVAL_MS = 300;

export class Client {
  /** Devices, and what the user prefers. */
  readonly sound: SoundSettings;
  readonly #store: Store;
  readonly #base: string;
  #transport: Transport;
  readonly #language: () => string;
  readonly #microphone: Microphone;
  readonly #speaker: Speaker;
  readonly #recorder: Recorder;
  #connection: Connection | null = null;
  /** Whether the server finds the turns: so it does until told otherwise. */
  #serverTurns = true;
  #heldSamples = 0;
  #held = false;
  /** The connection has ended and the microphone is being closed: what it still hears is for nobody. */
  #overheard = false;
  /** Muted, and lifted for as long as the button is held. */
  #lifted = false;

  /**
   * @param base address below which the server's paths lie.
   * @param transport how to connect.
   * @param language that the page is in at present; the assistant follows it.
   */
  constructor(store: Store, base: string, transport: Transport = "websocket", language: () => string = () => "") {
    this.#store = store;
    this.#base = base;
    this.#transport = transport;
    this.#language = language;
    this.#recorder = new Recorder(store, base, (past) => this.#reduce({ type: "local.recalled", past }));
    this.#microphone = new Microphone({
      frame: (samples) => this.#sendSound(samples),
      lost: () => {
        this.#connection?.sound?.talk(null);
        this.sound.mute(false);
        this.#store.setState({ listening: "off", trouble: { of: "microphone", trouble: "unplugged" } });
      },
    });
    this.#speaker = new Speaker({
      position: (position) => this.#reportPlayed(position),
      playing: (speaking) => this.#store.setState({ speaking }),
      blocked: (soundBlocked) => this.#store.setState({ soundBlocked }),
    });
    this.sound = new SoundSettings(store, this.#microphone, this.#speaker, () => this.#connection?.sound ?? null);
    const { sound } = store.getState();
    store.setState({
      sound: { ...sound, speakerChoice: canChooseSpeaker(), secure: isSecureContext },
    });
  }

  /** Connect, or connect again after the connection has ended. */
  connect(): void {
    this.#connection?.close();
    this.#serverTurns = true;
    this.#store.setState({ link: "connecting", trouble: null });
    const listener = {
      event: (event: ServerEvent) => this.#receive(event),
      away: () => {
        const { speaking, conversation } = this.#store.getState();
        this.#store.setState({ link: "connecting" });
        // What sounded is broken off; the sound of a call goes another way, and on.
        if (speaking && this.#connection?.sound == null) this.#setConversation(silence(conversation));
        void this.#fallSilent();
      },
      ended: (ending: Ending) => void this.#ended(ending),
      fellBack: (because: Fallback) => {
        // Connecting again must not wait for a call in vain once more.
        this.#transport = "websocket";
        this.#store.setState({ fellBack: because });
      },
    };
    const dial = (heard: RouteListener) => connectBy(this.#transport, this.#base, heard, this.#language());
    this.#connection = this.#recorder.attach(dial, listener);
    this.sound.called();
  }

  /** The page is in another language: a conversation that has not begun is begun in that; one that has goes on. */
  followLanguage(): void {
    const { link, conversation } = this.#store.getState();
    if (link === "open" && conversation.order.length === 0) this.connect();
  }

  /** Let the sound be heard that the browser has kept back. Called from a click or a key. */
  unblockSound(): void {
    this.#openSpeaker();
    this.#store.setState({ soundBlocked: false });
  }

  /** Have the model answer once more what went wrong. */
  askAgain(): void {
    this.dismiss();
    if (this.#online()) this.#connection?.send({ type: "response.create" });
  }

  /** End quietly, and give microphone and loudspeaker back: for a page that takes the assistant out again. */
  async close(): Promise<void> {
    this.#connection?.close();
    this.sound.close();
    await Promise.all([this.#microphone.close(), this.#speaker.close()]);
  }

  /** Loudness of both sides, 0…1. */
  levels(): { readonly input: number; readonly output: number } {
    const sound = this.#connection?.sound ?? this.#speaker;
    return { input: this.#microphone.level(), output: sound.level() };
  }

  /** Turn hands-free talking on or off. */
  async toggleHandsFree(): Promise<void> {
    const { listening } = this.#store.getState();
    if (listening === "hands-free") await this.#endHandsFree();
    else if (listening === "off") await this.#beginHandsFree();
  }

  /** While talking hands-free: send silence instead of what the microphone hears, or end that. */
  mute(on: boolean): void {
    if (this.#store.getState().listening !== "hands-free") return;
    this.sound.mute(on);
  }

  /** Have answers written only, or have them spoken as well. What is sounding falls silent. */
  async setTextOnly(on: boolean): Promise<void> {
    if (on) await this.#bargeIn();
    this.sound.prefer({ textOnly: on });
    this.#openSpeaker();
    this.#askForSound(!on);
  }

  /** Begin to talk by holding; what was sounding falls silent. Where hands-free talking is muted: lift that. */
  async press(): Promise<void> {
    if (this.#store.getState().sound.muted) {
      this.#lifted = true;
      this.mute(false);
      return;
    }
    if (this.#store.getState().listening !== "off" || !this.#online()) return;
    this.#held = true;
    this.#heldSamples = 0;
    this.#store.setState({ listening: "opening", trouble: null });
    this.#openSpeaker();
    await this.#bargeIn();
    this.#setServerTurns(false);
    this.#connection?.send({ type: "input_audio_buffer.clear" });
    if (!(await this.#openMicrophone())) return;
    this.#store.setState({ listening: "push" });
    if (!this.#held) await this.#endPush(true); // let go while the microphone was opening: nothing was said to it
  }

  /** End to talk by holding: the utterance is complete. */
  async release(): Promise<void> {
    this.#held = false;
    if (this.#lifted) {
      this.#lifted = false;
      this.mute(true);
      return;
    }
    if (this.#store.getState().listening === "push") await this.#endPush();
  }

  /** Say something in writing; what was sounding falls silent. */
  async sendText(text: string): Promise<void> {
    const words = text.trim();
    if (words === "" || !this.#online()) return;
    this.#openSpeaker();
    await this.#bargeIn();
    this.#connection?.send(written(words));
    this.#connection?.send({ type: "response.create" });
  }

  /** Fall silent without saying anything. */
  async stopSpeaking(): Promise<void> {
    await this.#bargeIn();
  }

  /** Allow a call that waits for that, or do not. */
  decide(callId: string, approve: boolean): void {
    if (!this.#online()) return;
    this.#connection?.send({ type: "extension.tool.approval", call_id: callId, decision: approve ? "approve" : "deny" });
    this.#reduce({ type: "local.decided", call_id: callId });
    if (approve) this.sound.awaitCall(callId);
  }

  /** Delete all that was said: here, where it is kept, and with the other side. */
  async deleteAll(): Promise<void> {
    await this.#bargeIn();
    for (const id of itemsOf(this.#store.getState().conversation)) this.#connection?.send(deletion(id));
    this.#reduce({ type: "local.deleted" });
    await this.#recorder.forget();
  }

  /** Measure the connection. */
  async measure(): Promise<void> {
    if (this.#connection !== null) await this.#recorder.measure(this.#connection, this.#speaker.underruns);
  }

  /** Put away what the page complains about. */
  dismiss(): void {
    this.#store.setState({ trouble: null });
    this.#reduce({ type: "local.dismissed" });
  }

  #online(): boolean {
    return isReachable(this.#store.getState());
  }

  async #beginHandsFree(): Promise<void> {
    if (!this.#online()) return;
    this.#store.setState({ listening: "opening", trouble: null });
    this.#openSpeaker();
    this.#setServerTurns(true);
    if (await this.#openMicrophone()) this.#store.setState({ listening: "hands-free" });
  }

  async #endHandsFree(): Promise<void> {
    await this.#closeMicrophone();
    this.sound.mute(false);
    this.#store.setState({ listening: "off" });
    if (await mended(this.#store)) this.#sendSound(new Int16Array((WIRE_RATE * TAIL_MS) / 1000));
  }

  async #endPush(slip = false): Promise<void> {
    await this.#closeMicrophone();
    this.#store.setState({ listening: "off" });
    if (!(await mended(this.#store))) return;
    if (slip || (this.#heldSamples * 1000) / WIRE_RATE < SHORTEST_MS) {
      this.#connection?.send({ type: "input_audio_buffer.clear" });
      this.#store.setState({ trouble: { of: "talking", trouble: "short" } });
      return;
    }
    if (this.#connection?.sound != null) await new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
    this.#connection?.send({ type: "input_audio_buffer.commit" });
    this.#connection?.send({ type: "response.create" });
  }

  #openSpeaker(): void {
    if (this.sound.textOnly) return;
    // On a call it is for the sound of waiting only.
    void this.#speaker.open();
    this.#connection?.sound?.open();
  }

  #askForSound(on: boolean): void {
    const session = { type: "realtime", output_modalities: [on ? "audio" : "text"] };
    if (this.#online()) this.#connection?.send({ type: "session.update", session });
  }

  async #closeMicrophone(): Promise<void> {
    await this.#microphone.close();
    this.#connection?.sound?.talk(null);
  }

  async #openMicrophone(): Promise<boolean> {
    try {
      const open = await this.#microphone.open();
      if (open) this.sound.opened();
      return open;
    } catch (error) {
      const trouble = microphoneTroubleOf(error);
      this.#store.setState({ listening: "off", trouble: { of: "microphone", trouble } });
      return false;
    }
  }

  /** The user takes the floor by a deed of the page: what sounds stops, and what is being made is given up. */
  async #bargeIn(): Promise<void> {
    const { speaking, conversation } = this.#store.getState();
    if (!speaking && conversation.activeResponse === null) return;
    this.#setConversation(silence(conversation));
    // Sent even when all of the answer has been made already: to the server this is the news that it was cut off.
    // Sent first: the report of the position that follows tells it where.
    this.#connection?.send({ type: "response.cancel" });
    if (this.#connection?.sound != null) {
      this.#connection.sound.silence();
      this.#connection.send({ type: "output_audio_buffer.clear" });
    }
    await this.#fallSilent();
  }

  async #fallSilent(): Promise<void> {
    const position = await this.#speaker.stop();
    if (position === null) return;
    this.#reportPlayed(position, true);
    const { item, playedMs, totalMs } = position;
    this.#reduce({ type: "local.stopped", item_id: item, played_ms: playedMs, total_ms: totalMs });
  }

  #receive(event: ServerEvent): void {
    const { silenced } = this.#store.getState().conversation;
    this.sound.follow(event);
    switch (event.type) {
      case "input_audio_buffer.speech_started":
        if (!interruptible(this.#store.getState().conversation)) break;
        void this.#fallSilent();
        // The service breaks its sound off; what is under way to here need not be heard until then.
        this.#connection?.sound?.silence();
        break;
      case "response.output_audio.delta":
        if (!this.sound.textOnly && !silenced.includes(event.response_id)) {
          this.#speaker.play(event.item_id, event.content_index, fromBytes(decodeBase64(event.delta)));
        }
        return;
      case "response.output_audio.done":
        this.#speaker.finish(event.item_id, event.content_index);
        return;
      case "output_audio_buffer.started":
        if (!this.sound.textOnly) this.#connection?.sound?.hear();
        this.#store.setState({ speaking: true, soundBlocked: this.#connection?.sound?.blocked() ?? false });
        return;
      case "output_audio_buffer.stopped":
      case "output_audio_buffer.cleared":
        this.#store.setState({ speaking: false, soundBlocked: false });
        return;
      case "extension.ready":
        this.#store.setState({ languages: event.languages ?? null });
        break;
      case "session.created":
        this.#store.setState({ link: "open" });
        this.#reduce(event);
        if (this.sound.textOnly) this.#askForSound(false);
        return;
      case "extension.reconnecting":
        this.#store.setState({ link: "renewing" });
        return;
      case "extension.reconnected":
      case "extension.resumed":
        this.#store.setState({ link: "open" });
        return;
    }
    this.#reduce(event);
  }

  async #ended(ending: Ending): Promise<void> {
    const { ready, problem } = this.#store.getState().conversation;
    const reason = ending.reason === "" ? (problem?.message ?? "") : ending.reason;
    const trouble = troubleOf(ending.trouble, ready, problem?.code);
    this.#store.setState({ link: "closed", trouble: { of: "connection", trouble, reason } });
    this.#reduce({ type: "local.dismissed" });
    this.#reduce({ type: "local.disconnected" });
    this.sound.stopWaiting();
    this.#lifted = false;
    this.#overheard = true;
    await Promise.all([this.#microphone.close(), this.#speaker.stop()]);
    this.#overheard = false;
    this.sound.mute(false);
    this.#store.setState({ listening: "off", speaking: false });
  }

  #setServerTurns(on: boolean): void {
    if (this.#serverTurns === on) return;
    this.#serverTurns = on;
    const detection: TurnDetection = on ? this.#store.getState().conversation.turnDetection : null;
    this.#connection?.send(turnsBy(detection));
  }

  #sendSound(samples: Int16Array): void {
    this.#heldSamples += samples.length;
    // On a call the microphone's own track is what is heard.
    if (this.#overheard || this.#connection?.sound != null) return;
    this.#connection?.send({ type: "input_audio_buffer.append", audio: encodeBase64(toBytes(samples)) });
  }

  #reportPlayed(position: Position, stopped = false): void {
    this.#connection?.send(played(position, stopped, this.#speaker.newUnderruns()));
  }

  #reduce(event: ServerEvent | LocalEvent): void {
    this.#setConversation(reduce(this.#store.getState().conversation, event));
  }

  #setConversation(conversation: Conversation): void {
    if (conversation !== this.#store.getState().conversation) this.#store.setState({ conversation });
  }
}

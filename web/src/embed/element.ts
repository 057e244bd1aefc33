/** `<vocative-assistant>`: the assistant in any page, behind a button or in the flow of the page. */
import type { FrameMessage, Mode, Said, Status } from "../core/embedding";
import { brand } from "./brand";
import { type Frame, frame } from "./frame";
import { cross, voice } from "./icons";
import { isColour, sheets } from "./styles";

/** Where this file came from, there the assistant is, unless the element says otherwise. */
const HOME = new URL(/* @vite-ignore */ ".", import.meta.url);

/** What is handed to the assistant's page in its address. */
const PASSED_ON = ["lang", "accent", "transport"];

export class VocativeAssistant extends HTMLElement {
  static readonly observedAttributes = ["server", "mode", ...PASSED_ON];

  /** A ticket for the user of the page, or what gets one when the server asks who it is; beside the attribute. */
  declare ticket: string | (() => string | Promise<string>) | null;

  readonly #root = this.attachShadow({ mode: "open" });
  readonly #launcher = document.createElement("button");
  readonly #panel = document.createElement("div");
  readonly #brand = brand();
  #frame: Frame | null = null;

  constructor() {
    super();
    this.ticket ??= null; // a page may have set it before this file had come
    const { name } = this.#brand;
    this.#launcher.type = "button";
    this.#launcher.className = "launcher";
    this.#launcher.part.add("launcher");
    this.#launcher.setAttribute("aria-controls", "panel");
    this.#launcher.setAttribute("aria-label", name);
    this.#launcher.onclick = () => (this.isOpen ? this.close() : this.open());
    this.#panel.id = "panel";
    this.#panel.className = "panel";
    this.#panel.part.add("panel");
    this.#panel.setAttribute("role", "region");
    this.#panel.setAttribute("aria-label", name);
    this.#panel.hidden = true;
    this.#root.append(this.#panel, this.#launcher);
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.mode === "floating") this.close();
    });
  }

  /** `floating`, behind a button, unless the attribute says `inline`. */
  get mode(): Mode {
    return this.getAttribute("mode") === "inline" ? "inline" : "floating";
  }

  get isOpen(): boolean {
    return !this.#panel.hidden;
  }

  connectedCallback(): void {
    this.#dress();
    this.#show(this.mode === "inline");
    if (this.mode === "inline") this.#load();
  }

  disconnectedCallback(): void {
    this.#unload();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.isConnected || before === now) return;
    const open = this.isOpen;
    this.#unload();
    this.#dress();
    this.#show(this.mode === "inline" || (open && name !== "mode"));
    if (this.isOpen) this.#load();
  }

  /** Show the assistant. Its page is loaded the first time, and not before. */
  open(): void {
    if (this.isOpen) return;
    this.#load();
    this.#show(true);
    this.#frame?.send({ type: "shown" });
    this.#frame?.element.focus();
    this.#tell("open");
  }

  /** Put it away: it stops listening and speaking; the conversation stays. */
  close(): void {
    if (!this.isOpen || this.mode === "inline") return;
    // While the frame is still shown: of one that is gone the focus is not always given back to the page.
    window.focus();
    this.#launcher.focus();
    this.#show(false);
    this.#frame?.send({ type: "hidden" });
    this.#tell("close");
  }

  /** Open, and ask something in writing. */
  ask(text: string): void {
    this.open();
    this.#load();
    this.#frame?.send({ type: "ask", text });
  }

  #show(open: boolean): void {
    this.#panel.hidden = !open;
    this.#launcher.hidden = this.mode === "inline";
    this.#launcher.setAttribute("aria-expanded", String(open));
    this.#launcher.replaceChildren(open ? cross() : voice());
  }

  #dress(): void {
    const given = this.getAttribute("accent") ?? "";
    if (given !== "" && !isColour(given)) {
      console.error(`<vocative-assistant accent="${given}">: give a colour as #rrggbb; the server's own is used`);
    }
    const { accent, accentDark } = isColour(given) ? { accent: given, accentDark: given } : this.#brand;
    this.#root.adoptedStyleSheets = sheets(accent, accentDark);
  }

  #load(): void {
    if (this.#frame !== null) return;
    const url = this.#address();
    if (url === null) return;
    this.#frame = frame(url, this.#brand.name, {
      message: (message) => void this.#receive(message),
      answers: (now) => this.#panel.classList.toggle("answers", now),
      silent: () => this.#refused(url),
    });
    this.#frame.element.part.add("frame");
    this.#panel.replaceChildren(this.#frame.element);
  }

  #unload(): void {
    this.#frame?.close();
    this.#frame = null;
    this.#panel.classList.remove("answers");
    this.#panel.replaceChildren();
  }

  #address(): URL | null {
    const given = this.getAttribute("server");
    let url: URL;
    try {
      // A server below a path, too: the page is at the path with a slash at its end.
      url = given === null ? new URL(HOME) : new URL(given.endsWith("/") ? given : `${given}/`, this.ownerDocument.baseURI);
    } catch {
      console.error(`<vocative-assistant server="${given}">: give the address of the server, such as https://assistant.example`);
      return null;
    }
    url.searchParams.set("embed", this.mode);
    for (const name of PASSED_ON) {
      const value = this.getAttribute(name);
      if (value !== null && value !== "" && (name !== "accent" || isColour(value))) url.searchParams.set(name, value);
    }
    return url;
  }

  async #receive(message: FrameMessage): Promise<void> {
    switch (message.type) {
      case "ticket":
        this.#frame?.send({ type: "ticket", number: message.number, ticket: await this.#ticket() });
        break;
      case "close":
        this.close();
        break;
      case "ready":
        this.#tell("ready", { name: message.name });
        break;
      case "status":
        this.#tell("status", { status: message.status });
        break;
      case "message":
        this.#tell("message", message.message);
        break;
    }
  }

  async #ticket(): Promise<string | null> {
    try {
      const given = typeof this.ticket === "function" ? await this.ticket() : this.ticket;
      return given ?? this.getAttribute("ticket");
    } catch (error) {
      this.#tell("error", { reason: `no ticket could be had: ${String(error)}` });
      return null;
    }
  }

  #refused(url: URL): void {
    const reason = `The assistant at ${url.origin} does not answer here. Either it cannot be reached, or its operator has not allowed pages of ${location.origin} (--allow-origin).`;
    const box = document.createElement("div");
    box.className = "refusal";
    box.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = reason;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Try again";
    again.onclick = () => {
      this.#unload();
      this.#load();
    };
    box.append(text, again);
    this.#unload();
    this.#panel.replaceChildren(box);
    this.#tell("error", { reason });
  }

  #tell(what: keyof Events, detail: Events[keyof Events] = {}): void {
    this.dispatchEvent(new CustomEvent(`vocative-${what}`, { detail, bubbles: true, composed: true }));
  }
}

/** The events of the element, each with the prefix `vocative-`, and what is in their `detail`. */
export interface Events {
  open: object;
  close: object;
  ready: { readonly name: string };
  status: { readonly status: Status };
  message: Said;
  error: { readonly reason: string };
}

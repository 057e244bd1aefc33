import { Languages, LoaderCircle, MicOff, VolumeX, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { isComingBack } from "../store";
import { nameOf, pageLanguage, say, words } from "../words";
import { useClient, useShown } from "./context";
import { focusMain } from "./focus";

/** What one should know, though nothing is broken: told by a screen reader when there is time. */
export function Notices() {
  return (
    <div role="status" className="mx-auto w-full max-w-2xl px-5 sm:px-6">
      <Mending />
      <Unheard />
      <Insecure />
      <Lacking />
    </div>
  );
}

/** The connection broke in the middle, and comes back by itself. */
function Mending() {
  const client = useClient();
  const mending = useShown((state) => isComingBack(state) && state.conversation.ready);
  if (!mending) return null;
  return (
    <Notice testid="mending" icon={<LoaderCircle aria-hidden className="thinking size-4" />} text={words.connection.mending}>
      <Button testid="reconnect" label={words.reconnect} onClick={() => client.connect()} />
    </Notice>
  );
}

/** The browser keeps the sound back until somebody has done something. */
function Unheard() {
  const client = useClient();
  const unheard = useShown((state) => state.soundBlocked && state.speaking);
  if (!unheard) return null;
  return (
    <Notice testid="unheard" icon={<VolumeX aria-hidden className="size-4" />} text={words.sound}>
      <Button testid="sound-on" label={words.sound.on} onClick={() => client.unblockSound()} />
    </Notice>
  );
}

/** Browsers give a page of this address neither microphone nor loudspeaker. */
function Insecure() {
  const secure = useShown((state) => state.sound.secure);
  const [dismissed, dismiss] = useState(false);
  if (secure || dismissed) return null;
  return (
    <Notice testid="insecure" icon={<MicOff aria-hidden className="size-4" />} text={words.insecure}>
      <Dismiss onClick={() => dismiss(true)} />
    </Notice>
  );
}

/** The assistant's model does not have the page's language. */
function Lacking() {
  const languages = useShown((state) => state.languages);
  const page = pageLanguage();
  const [dismissed, dismiss] = useState("");
  if (languages === null || languages.includes(page) || dismissed === page) return null;
  const spoken = new Intl.ListFormat([page], { type: "conjunction" }).format(languages.map(nameOf));
  const values = { spoken, language: nameOf(page) };
  const text = { title: say("language.lacks.title", values), advice: say("language.lacks.advice", values) };
  return (
    <Notice testid="lacking" icon={<Languages aria-hidden className="size-4" />} text={text}>
      <Dismiss onClick={() => dismiss(page)} />
    </Notice>
  );
}

interface Shown {
  readonly testid: string;
  readonly icon: ReactNode;
  readonly text: { readonly title: string; readonly advice: string };
  readonly children: ReactNode;
}

function Notice({ testid, icon, text, children }: Shown) {
  return (
    <div data-testid={testid} className="rise relative mb-3 flex items-start gap-3 rounded-2xl border border-line bg-card py-3 ps-4 pe-12 short:mb-1 short:py-1.5">
      <span className="mt-1 shrink-0 text-accent">{icon}</span>
      <div className="min-w-0 flex-1 text-[0.9375rem]/[1.5]">
        <p className="font-medium">{text.title}</p>
        <p className="text-quiet short:sr-only">{text.advice}</p>
        {children}
      </div>
    </div>
  );
}

function Dismiss({ onClick }: { onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={words.dismiss}
      onClick={(event) => {
        focusMain(event.currentTarget);
        onClick();
      }}
      className="absolute end-3 top-2.5 short:top-0 grid size-8 place-items-center rounded-full text-quiet hover:text-ink"
    >
      <X aria-hidden className="size-4" />
    </button>
  );
}

function Button({ testid, label, onClick }: { testid: string; label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      data-testid={testid}
      onClick={(event) => {
        focusMain(event.currentTarget);
        onClick();
      }}
      className="mt-2.5 rounded-full border border-line px-3.5 py-1.5 text-[0.875rem] font-medium text-accent hover:border-accent"
    >
      {label}
    </button>
  );
}

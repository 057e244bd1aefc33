import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { Device } from "../core/devices";
import { say, words } from "../words";
import { useClient, useShown } from "./context";
import { Choice, Switch } from "./SoundFields";

/** Which devices, whether answers are spoken, and what the browser does not do: from the end of the header. */
export default function SoundPanel({ onClose }: { onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        {/* A plain element: Radix's overlay injects a style sheet, which a strict Content-Security-Policy forbids. */}
        <div aria-hidden className="fixed inset-0 bg-black/20" />
        <Dialog.Content
          data-testid="sound-panel"
          aria-describedby={undefined}
          className="rise fixed inset-x-0 bottom-0 flex max-h-[92dvh] flex-col gap-6 overflow-y-auto rounded-t-3xl border border-line bg-paper p-6 shadow-2xl outline-none sm:inset-x-auto sm:end-8 sm:top-16 sm:bottom-auto sm:w-92 sm:rounded-3xl"
        >
          <div className="flex items-center justify-between gap-4">
            <Dialog.Title className="text-[1.0625rem] font-semibold tracking-tight">{words.devices.title}</Dialog.Title>
            <Dialog.Close
              aria-label={words.devices.close}
              className="-m-1.5 grid size-9 shrink-0 place-items-center rounded-full text-quiet hover:bg-accent-soft hover:text-ink"
            >
              <X aria-hidden className="size-4.5" />
            </Dialog.Close>
          </div>
          <Devices />
          <Habits />
          <RouteNote />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Devices() {
  const { sound } = useClient();
  const { microphones, speakers, speakerChoice, preferences, unmet } = useShown((state) => state.sound);
  const unknown = microphones.every(({ label }) => label === "");
  return (
    <div className="flex flex-col gap-4">
      <Choice
        testid="microphone"
        label={words.devices.microphone}
        chosen={preferences.microphone}
        options={optionsOf(microphones, (number) => say("devices.unnamedMicrophone", { number }))}
        onChoose={(id) => void sound.chooseMicrophone(id)}
      />
      {unmet.length > 0 && (
        <ul data-testid="unmet" className="-mt-2 flex flex-col gap-1 text-[0.8125rem]/[1.45] text-warn">
          {unmet.map((name) => (
            <li key={name}>{words.devices.unmet[name]}</li>
          ))}
        </ul>
      )}
      {speakerChoice ? (
        <Choice
          testid="speaker"
          label={words.devices.speaker}
          chosen={preferences.speaker}
          options={optionsOf(speakers, (number) => say("devices.unnamedSpeaker", { number }))}
          onChoose={(id) => void sound.chooseSpeaker(id)}
        />
      ) : (
        <p className="text-[0.8125rem] text-quiet">{words.devices.speakerFixed}</p>
      )}
      {unknown && (
        <div className="flex items-center gap-3 text-[0.8125rem]/[1.4] text-quiet">
          <button
            type="button"
            data-testid="reveal"
            onClick={() => void sound.reveal()}
            className="shrink-0 rounded-full border border-line bg-card px-3 py-1.5 font-medium text-ink hover:border-accent hover:text-accent"
          >
            {words.devices.reveal}
          </button>
          {words.devices.revealWhy}
        </div>
      )}
    </div>
  );
}

function Habits() {
  const client = useClient();
  const { textOnly, waitingSound } = useShown((state) => state.sound.preferences);
  return (
    <div className="flex flex-col gap-4 border-t border-line pt-5">
      <Switch
        testid="text-only"
        label={words.devices.textOnly}
        why={words.devices.textOnlyWhy}
        on={textOnly}
        onChange={(on) => void client.setTextOnly(on)}
      />
      <Switch
        testid="waiting-sound"
        label={words.devices.waiting}
        why={words.devices.waitingWhy}
        on={waitingSound && !textOnly}
        disabled={textOnly}
        onChange={(on) => client.sound.prefer({ waitingSound: on })}
      />
    </div>
  );
}

/** That sound does not travel as was wanted, and why. */
function RouteNote() {
  const because = useShown((state) => state.route.because);
  if (because === null) return null;
  return (
    <p data-testid="route" className="border-t border-line pt-5 text-[0.8125rem]/[1.45] text-quiet">
      {words.devices.fellBack[because]}
    </p>
  );
}

function optionsOf(devices: readonly Device[], unnamed: (number: number) => string) {
  return devices.map(({ id, label }, index) => ({ id, label: label === "" ? unnamed(index + 1) : label }));
}

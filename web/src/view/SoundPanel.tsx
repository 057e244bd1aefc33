import type { Device } from "../core/devices";
import { isTextOnly } from "../store";
import { say, words } from "../words";
import { useClient, useShown } from "./context";
import { Frame, FrameHead, PAPER } from "./Frame";
import { Choice, Switch } from "./SoundFields";

/** Which devices, whether answers are spoken, and what the browser does not do: from the end of the header. */
export default function SoundPanel({ onClose }: { onClose: () => void }) {
  return (
    <Frame
      testid="sound-panel"
      dim="light"
      described={false}
      onClose={onClose}
      className={`inset-x-0 bottom-0 max-h-[92dvh] overflow-y-auto sm:inset-x-auto sm:end-8 sm:top-16 sm:bottom-auto sm:w-92 ${PAPER}`}
    >
      <FrameHead title={words.devices.title} close={words.devices.close} />
      <div className="flex flex-col gap-6 px-5 pt-2 pb-6 sm:px-7 sm:pb-7">
        <Devices />
        <Habits />
        <RouteNote />
      </div>
    </Frame>
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
  const secure = useShown((state) => state.sound.secure);
  const { waitingSound } = useShown((state) => state.sound.preferences);
  const textOnly = useShown((state) => isTextOnly(state.sound));
  return (
    <div className="flex flex-col gap-4 border-t border-line pt-5">
      <Switch
        testid="text-only"
        label={words.devices.textOnly}
        why={secure ? words.devices.textOnlyWhy : words.insecure.title}
        on={textOnly}
        disabled={!secure}
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
  const because = useShown((state) => state.fellBack);
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

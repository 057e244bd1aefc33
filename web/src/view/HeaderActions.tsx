import { Activity, BookOpen, History as HistoryIcon, type LucideIcon, SlidersHorizontal, VolumeX } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Panel } from "../core/protocol";
import { isTextOnly } from "../store";
import { words } from "../words";
import { Action } from "./Action";
import { BrokenPart } from "./BrokenPart";
import { useOffers, useShown } from "./context";
import { DropTarget } from "./DropTarget";
import { LanguageMenu } from "./LanguageMenu";
import { later } from "./later";
import { MoreMenu } from "./MoreMenu";

/** What a panel is handed: it is there as long as it is open. */
export interface PanelProps {
  readonly onClose: () => void;
}

interface Entry {
  readonly name: Panel | "sound";
  readonly testid: string;
  readonly icon: LucideIcon;
  readonly label: () => string;
  readonly View: (properties: PanelProps & { readonly broken: ReactNode }) => ReactNode;
}

/** The panels, each loaded when it is opened for the first time. On a small page the first has room in the header. */
const PANELS: readonly Entry[] = [
  { name: "documents", testid: "open-documents", icon: BookOpen, label: () => words.shelf.open, View: later(() => import("./DocumentsPanel")) },
  { name: "history", testid: "open-history", icon: HistoryIcon, label: () => words.history.open, View: later(() => import("./HistoryPanel")) },
  { name: "connection", testid: "open-connection", icon: Activity, label: () => words.link.open, View: later(() => import("./ConnectionPanel")) },
  { name: "sound", testid: "sound", icon: SlidersHorizontal, label: () => words.devices.open, View: later(() => import("./SoundPanel")) },
];

/** The buttons that open what the operator offers, one line each, and the panel that is open. */
export function HeaderActions() {
  const offers = useOffers();
  const [open, setOpen] = useState<Entry["name"] | null>(null);
  const offered = PANELS.filter(({ name }) => name === "sound" || offers(name));
  const close = () => setOpen(null);
  const panel = offered.find(({ name }) => name === open);
  const [first, rest] = offered[0]?.name === "documents" ? [offered[0], offered.slice(1)] : [undefined, offered];
  return (
    <div className="flex items-center gap-0.5">
      {first !== undefined && <Opener entry={first} onOpen={setOpen} />}
      <MoreMenu>
        {(settle) => (
          <>
            {rest.map((entry) => (
              <Opener
                key={entry.name}
                entry={entry}
                worded
                onOpen={(name) => {
                  settle();
                  setOpen(name);
                }}
              />
            ))}
            <LanguageMenu />
          </>
        )}
      </MoreMenu>
      {offers("documents") && <DropTarget onTaken={() => setOpen("documents")} />}
      {panel !== undefined && <panel.View key={panel.name} onClose={close} broken={<BrokenPart onClose={close} />} />}
    </div>
  );
}

interface OpenerProperties {
  readonly entry: Entry;
  readonly worded?: boolean;
  readonly onOpen: (name: Entry["name"]) => void;
}

/** The button of a panel; the sign for sound tells when answers are not spoken. */
function Opener({ entry: { name, testid, icon, label }, worded = false, onOpen }: OpenerProperties) {
  const silent = useShown(({ sound }) => isTextOnly(sound));
  const sign = name === "sound" && silent ? VolumeX : icon;
  return <Action testid={testid} icon={sign} label={label()} worded={worded} onOpen={() => onOpen(name)} />;
}

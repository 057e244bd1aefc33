import { useEffect } from "react";
import { words } from "../words";
import { Announcer } from "./Announcer";
import { useShown } from "./context";
import { Dock } from "./Dock";
import { Header } from "./Header";
import { LanguageScope } from "./LanguageScope";
import { Notices } from "./Notices";
import { Transcript } from "./Transcript";
import { TroubleBanner } from "./Trouble";
import { usePushToTalkKey } from "./usePushToTalkKey";
import { Welcome } from "./Welcome";

export function App() {
  return (
    <LanguageScope>
      <Page />
    </LanguageScope>
  );
}

function Page() {
  const empty = useShown((state) => state.conversation.order.length === 0);
  const name = useShown((state) => state.conversation.agent?.name ?? words.product);
  useEffect(() => {
    document.title = name;
  }, [name]);
  usePushToTalkKey();
  return (
    <div className="flex h-dvh flex-col pt-[env(safe-area-inset-top)] pr-[env(safe-area-inset-right)] pl-[env(safe-area-inset-left)]">
      <Header />
      <main tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        {empty ? <Welcome /> : <Transcript />}
        {/* However much there is to say, half of the room is for the conversation. */}
        <div data-testid="notices" className="max-h-1/2 shrink-0 overflow-y-auto">
          <Notices />
          <TroubleBanner />
        </div>
      </main>
      <Dock />
      <Announcer />
    </div>
  );
}

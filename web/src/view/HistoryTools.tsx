import { Braces, Check, Copy, FileText, type LucideIcon, Trash2 } from "lucide-react";
import { AlertDialog } from "radix-ui";
import { useRef, useState } from "react";
import { asJson, asMarkdown } from "../core/account";
import { isComingBack } from "../store";
import { words } from "../words";
import { useClient, useShown } from "./context";
import { copyText, fileName, saveText } from "./handout";
import { useAccount } from "./useAccount";

const BUTTON =
  "finger [--finger:-0.25rem] inline-flex min-h-8 items-center gap-1.5 rounded-full border border-line bg-card px-3 py-1 text-[0.8125rem] font-medium transition-colors hover:border-accent hover:bg-accent-soft disabled:opacity-50";

/** Copy, take along, delete. */
export function HistoryTools() {
  const account = useAccount();
  const [told, tell] = useState("");
  const copy = async () => {
    const { source, labels } = account();
    tell((await copyText(asMarkdown(source, labels))) ? words.history.copied : words.history.notCopied);
  };
  const save = (kind: "md" | "json") => {
    const { source, labels } = account();
    const [text, type] = kind === "md" ? [asMarkdown(source, labels), "text/markdown"] : [asJson(source), "application/json"];
    saveText(text, fileName(labels.title, source.now, kind), type);
    tell(words.history.saved);
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Tool icon={told === words.history.copied ? Check : Copy} label={words.history.copyAll} testid="copy-all" onClick={() => void copy()} />
      <Tool icon={FileText} label={words.history.markdown} testid="export-markdown" onClick={() => save("md")} />
      <Tool icon={Braces} label={words.history.json} testid="export-json" onClick={() => save("json")} />
      <DeleteAll />
      <span role="status" data-testid="history-told" className="sr-only">
        {told}
      </span>
    </div>
  );
}

function Tool({ icon: Icon, label, testid, onClick }: { icon: LucideIcon; label: string; testid: string; onClick: () => void }) {
  return (
    <button type="button" data-testid={testid} onClick={onClick} className={BUTTON}>
      <Icon aria-hidden className="size-3.5 text-quiet max-sm:hidden" />
      {label}
    </button>
  );
}

function DeleteAll() {
  const client = useClient();
  // While the page is coming back, nobody would hear of it.
  const away = useShown(isComingBack);
  // What was pressed to come here goes with what is deleted: the focus goes to the panel then.
  const trigger = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLElement | null>(null);
  const remove = () => {
    panel.current = trigger.current?.closest<HTMLElement>("[role=dialog]") ?? null;
    void client.deleteAll();
  };
  const giveBack = (event: Event) => {
    if (panel.current === null) return;
    event.preventDefault();
    panel.current.focus();
  };
  const action = "rounded-full px-4 py-2 text-[0.9375rem] font-medium";
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger ref={trigger} disabled={away} data-testid="delete-all" className={`${BUTTON} ms-auto text-warn`}>
        <Trash2 aria-hidden className="size-3.5" />
        <span className="max-sm:sr-only">{words.history.delete}</span>
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <div aria-hidden className="fixed inset-0 bg-black/40" />
        <AlertDialog.Content
          data-testid="confirm-delete"
          onCloseAutoFocus={giveBack}
          className="rise fixed inset-x-4 top-1/3 mx-auto flex max-w-sm flex-col gap-3 rounded-3xl border border-line bg-paper p-6 shadow-2xl outline-none"
        >
          <AlertDialog.Title className="text-[1.0625rem] font-semibold tracking-tight">{words.history.confirm}</AlertDialog.Title>
          <AlertDialog.Description className="text-[0.9375rem]/[1.55] text-quiet">{words.history.consequence}</AlertDialog.Description>
          <div className="mt-2 flex flex-wrap justify-end gap-2">
            <AlertDialog.Cancel className={`${action} border border-line hover:border-accent`}>{words.history.keep}</AlertDialog.Cancel>
            <AlertDialog.Action data-testid="delete-now" onClick={remove} className={`${action} bg-warn text-paper`}>
              {words.history.deleteNow}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

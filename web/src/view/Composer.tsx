import { ArrowUp } from "lucide-react";
import { type FormEvent, type MouseEvent, useRef, useState } from "react";
import { words } from "../words";
import { useClient, useReachable } from "./context";

export function Composer() {
  const client = useClient();
  // What cannot be sent now stays where it was written.
  const reachable = useReachable();
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  // The button is of no use until something is written again: a keyboard goes on there. A finger would raise its own.
  const pressed = ({ detail }: MouseEvent) => detail === 0 && input.current?.focus();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!reachable || text.trim() === "") return;
    void client.sendText(text);
    setText("");
  };
  return (
    <form
      onSubmit={submit}
      className="flex items-center gap-2 rounded-full border border-line bg-card py-1.5 ps-5 pe-1.5 transition-colors focus-within:border-accent has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-3 has-[input:focus-visible]:outline-accent"
    >
      <input
        ref={input}
        data-testid="text-input"
        aria-label={words.composer.label}
        placeholder={words.composer.placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        enterKeyHint="send"
        autoComplete="off"
        className="min-w-0 flex-1 bg-transparent py-1.5 outline-none text-ellipsis placeholder:text-quiet"
      />
      <button
        type="submit"
        onClick={pressed}
        data-testid="send"
        aria-label={words.composer.send}
        disabled={!reachable || text.trim() === ""}
        className="finger grid size-9 shrink-0 place-items-center rounded-full bg-accent text-on-accent transition-colors hover:bg-accent-strong disabled:bg-line disabled:text-quiet"
      >
        <ArrowUp aria-hidden className="size-[1.15rem]" />
      </button>
    </form>
  );
}

import { ChevronDown } from "lucide-react";
import { Switch as Toggle } from "radix-ui";
import { useId } from "react";
import { words } from "../words";

interface ChoiceFields {
  readonly testid: string;
  readonly label: string;
  readonly chosen: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly onChoose: (id: string) => void;
}

/** One of several devices, or the system's; the browser's own list, which every phone and screen reader knows. */
export function Choice({ testid, label, chosen, options, onChoose }: ChoiceFields) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-[0.8125rem] font-medium text-quiet">
        {label}
      </label>
      <span className="relative">
        <select
          id={id}
          data-testid={testid}
          value={options.some((option) => option.id === chosen) ? chosen : ""}
          onChange={(event) => onChoose(event.target.value)}
          className="w-full appearance-none truncate rounded-xl border border-line bg-card py-2 ps-3.5 pe-9 text-[0.9375rem] hover:border-accent"
        >
          <option value="">{words.devices.system}</option>
          {options.map((option) => (
            <option key={option.id} value={option.id}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden className="pointer-events-none absolute end-3 top-1/2 size-4 -translate-y-1/2 text-quiet" />
      </span>
    </div>
  );
}

interface SwitchFields {
  readonly testid: string;
  readonly label: string;
  readonly why: string;
  readonly on: boolean;
  readonly disabled?: boolean;
  readonly onChange: (on: boolean) => void;
}

/** Something that is on or off, and what that means. */
export function Switch({ testid, label, why, on, disabled = false, onChange }: SwitchFields) {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-4">
      <label htmlFor={id} className={`min-w-0 ${disabled ? "opacity-50" : ""}`}>
        <span className="block text-[0.9375rem] font-medium">{label}</span>
        <span className="block text-[0.8125rem]/[1.45] text-quiet">{why}</span>
      </label>
      <Toggle.Root
        id={id}
        data-testid={testid}
        checked={on}
        disabled={disabled}
        onCheckedChange={onChange}
        className="finger [--finger:-0.5rem] h-6.5 w-11 shrink-0 rounded-full border border-quiet bg-card p-0.5 transition-colors data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-40"
      >
        <Toggle.Thumb className="block size-5 rounded-full bg-quiet transition-transform data-[state=checked]:translate-x-[1.125rem] data-[state=checked]:bg-on-accent rtl:data-[state=checked]:-translate-x-[1.125rem]" />
      </Toggle.Root>
    </div>
  );
}

import { Search } from "lucide-react";

interface Properties {
  readonly testid: string;
  readonly label: string;
  readonly value: string;
  readonly maxLength?: number;
  readonly onChange: (text: string) => void;
}

/** Where one types what is to be found in a panel. */
export function SearchField({ testid, label, value, onChange, ...limit }: Properties) {
  return (
    <label className="flex items-center gap-2.5 rounded-full border border-line bg-card px-4 focus-within:border-accent">
      <Search aria-hidden className="size-4 shrink-0 text-quiet" />
      <input
        type="search"
        data-testid={testid}
        aria-label={label}
        placeholder={label}
        value={value}
        {...limit}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        className="min-w-0 flex-1 bg-transparent py-2 outline-none placeholder:text-quiet [&::-webkit-search-cancel-button]:appearance-none"
      />
    </label>
  );
}

import { ImageOff, ImageIcon } from "lucide-react";
import { useMemo, useState } from "react";
import { type Picture, picturesOf } from "../core/pictures";
import { say, words } from "../words";
import { BrokenPart } from "./BrokenPart";
import { isHere } from "./format";
import { later } from "./later";

const PictureView = later(() => import("./PictureView"));

/** The pictures that a tool made, small; each opens large. */
export function Pictures({ result }: { result: unknown }) {
  const pictures = useMemo(() => picturesOf(result), [result]);
  const [shown, show] = useState<Picture | null>(null);
  if (pictures.length === 0) return null;
  return (
    <div data-testid="pictures" className="mt-3 flex flex-wrap gap-3">
      {pictures.map((picture) => (
        <Small key={picture.url} picture={picture} onOpen={() => show(picture)} />
      ))}
      {shown !== null && <PictureView picture={shown} onClose={() => show(null)} broken={<BrokenPart onClose={() => show(null)} />} />}
    </div>
  );
}

function Small({ picture, onOpen }: { picture: Picture; onOpen: () => void }) {
  const [broken, setBroken] = useState(false);
  const alt = picture.alt || words.picture.none;
  const frame = "overflow-hidden rounded-2xl border border-line bg-card";
  if (!isHere(picture.url, document.baseURI)) {
    // The page fetches nothing from elsewhere by itself, see its policy.
    return (
      <a href={picture.url} target="_blank" rel="noopener noreferrer" className={`${frame} flex items-center gap-2.5 px-4 py-2.5 text-ink hover:border-accent`}>
        <ImageIcon aria-hidden className="size-4 text-accent" />
        {say("picture.elsewhere", { alt })}
      </a>
    );
  }
  if (broken) {
    return (
      <p className={`${frame} flex items-center gap-2.5 px-4 py-2.5`}>
        <ImageOff aria-hidden className="size-4 text-warn" />
        {words.picture.broken} {picture.alt}
      </p>
    );
  }
  return (
    <button type="button" aria-haspopup="dialog" aria-label={say("picture.open", { alt })} onClick={onOpen} className={`${frame} block hover:border-accent`}>
      <img data-testid="picture" src={picture.url} alt={alt} onError={() => setBroken(true)} className="max-h-72 min-h-16 max-w-full min-w-16 object-contain" />
    </button>
  );
}

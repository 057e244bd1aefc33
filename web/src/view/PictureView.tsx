import { Download, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { kindOf, type Picture } from "../core/pictures";
import { words } from "../words";
import { Frame } from "./Frame";

/** A picture, as large as the window allows. */
export default function PictureView({ picture, onClose }: { picture: Picture; onClose: () => void }) {
  const alt = picture.alt || words.picture.none;
  const round = "inline-flex items-center gap-2 rounded-full bg-black/60 px-4 py-2 text-[0.875rem] text-white hover:bg-black/80";
  return (
    <Frame
      testid="picture-view"
      dim="dark"
      described={false}
      onClose={onClose}
      className="inset-3 flex flex-col items-center justify-center gap-4 sm:inset-8"
    >
      <div className="flex w-full shrink-0 justify-end gap-2">
        <a href={picture.url} download={fileName(picture)} data-testid="picture-download" className={round}>
          <Download aria-hidden className="size-4" />
          {words.picture.download}
        </a>
        <Dialog.Close aria-label={words.picture.close} className={`${round} px-2`}>
          <X aria-hidden className="size-5" />
        </Dialog.Close>
      </div>
      <img src={picture.url} alt={alt} className="min-h-0 max-w-full flex-1 rounded-xl object-contain" />
      <Dialog.Title className="max-h-[20dvh] max-w-2xl shrink-0 overflow-y-auto text-center text-[0.9375rem] text-white">{alt}</Dialog.Title>
    </Frame>
  );
}

/** By what it shows, so that it is found again. */
function fileName({ url, alt }: Picture): string {
  const name = alt.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/gu, "").slice(0, 40) || "picture";
  const kind = kindOf(url) ?? /\.([a-z]{3,4})(?:[?#]|$)/iu.exec(url)?.[1]?.toLowerCase() ?? "png";
  return `${name}.${kind === "jpeg" ? "jpg" : kind}`;
}

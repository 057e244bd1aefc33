import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { words } from "../words";
import { Frame, FrameHead, PAPER } from "./Frame";

interface Properties {
  readonly title: string;
  readonly description: string;
  readonly testid: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A panel at the side; on a phone it comes from below and fills the page. */
export function Sheet({ title, description, testid, onClose, children }: Properties) {
  return (
    <Frame
      testid={testid}
      onClose={onClose}
      className={`inset-x-0 top-6 bottom-0 sm:start-auto sm:end-3 sm:top-3 sm:bottom-3 sm:w-[min(30rem,92vw)] ${PAPER}`}
    >
      <FrameHead title={title} close={words.panel.close}>
        <Dialog.Description className="mt-1 text-[0.8125rem]/[1.5] text-quiet">{description}</Dialog.Description>
      </FrameHead>
      {children}
    </Frame>
  );
}

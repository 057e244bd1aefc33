import { useMemo, useState } from "react";
import { evidenceOf } from "../core/evidence";
import type { Citation } from "../core/protocol";
import { words } from "../words";
import { documentAddress, isPdf } from "./format";
import { later } from "./later";
import { TextView } from "./TextView";
import { Waiting } from "./ViewerParts";

const PdfView = later(() => import("./PdfView"));

interface Properties {
  readonly citation: Citation;
  readonly support: number | null;
  /** Where the document opens by itself. */
  readonly url: string;
}

/** A document of the server's, opened at a citation: a PDF as it was printed, unless it cannot be drawn; the rest as text. */
export function Viewer({ citation, support, url }: Properties) {
  const [printed, setPrinted] = useState(isPdf(citation));
  const evidence = useMemo(() => evidenceOf(citation, support), [citation, support]);
  const asText = () => setPrinted(false);
  const address = documentAddress(citation, document.baseURI);
  if (address === null) return null;
  const shape = "flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden rounded-2xl border border-line bg-card";
  return (
    <section aria-label={words.source.view} data-testid="viewer" className={shape}>
      {printed ? (
        <PdfView
          address={address}
          page={citation.page ?? 1}
          evidence={evidence}
          url={url}
          onText={asText}
          onBroken={asText}
          waiting={<Waiting />}
        />
      ) : (
        <TextView citation={citation} evidence={evidence} url={url} {...(isPdf(citation) ? { onPrinted: () => setPrinted(true) } : {})} />
      )}
    </section>
  );
}

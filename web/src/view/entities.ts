/** Character references, as Markdown allows them in its text: without HTML, nothing else turns them into characters. */

const NAMED: Readonly<Record<string, string>> = {
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", copy: "©", reg: "®", trade: "™", deg: "°", euro: "€",
  pound: "£", yen: "¥", cent: "¢", sect: "§", times: "×", divide: "÷", plusmn: "±", middot: "·", bull: "•", hellip: "…",
  ndash: "–", mdash: "—", lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”", laquo: "«", raquo: "»", larr: "←", rarr: "→",
  frac12: "½", frac14: "¼", frac34: "¾", szlig: "ß", auml: "ä", ouml: "ö", uuml: "ü", eacute: "é", egrave: "è", agrave: "à",
};

/** A text with its character references replaced; one that is unknown stays as it is. */
export function plainOf(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][a-z\d]{1,30}));/giu, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name as string] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) && (code < 0xf0000 || code > 0xf0fff);
    return valid ? String.fromCodePoint(code) : "\ufffd";
  });
}

/** The two pictures on the button: drawn as elements, for a page may forbid that text becomes markup. */

const SVG = "http://www.w3.org/2000/svg";
/** A voice as a row of levels, and a cross. */
const VOICE = "M2 10v3M6 6v11M10 3v18M14 8v7M18 5v13M22 10v3";
const CROSS = "M18 6 6 18M6 6l12 12";

function icon(path: string): SVGSVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  const looks = { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2.2" };
  for (const [name, value] of Object.entries({ ...looks, "stroke-linecap": "round", "aria-hidden": "true" })) {
    drawing.setAttribute(name, value);
  }
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

export const voice = () => icon(VOICE);
export const cross = () => icon(CROSS);

/** What the server has set into this file when it served it: how its assistant is called, and its colours. */

export interface Brand {
  readonly name: string;
  /** `#rrggbb`, or empty for the product's own. */
  readonly accent: string;
  readonly accentDark: string;
}

/** The product's own: those of `index.css`. */
const OWN: Brand = { name: "Vocative", accent: "#0f6b66", accentDark: "#5fcabe" };

export function brand(): Brand {
  let told: Partial<Brand> = {};
  try {
    told = JSON.parse("%VOCATIVE_BRAND%") as Partial<Brand>;
  } catch {
    // Served by something that sets nothing in, such as a development server.
  }
  return { name: told.name || OWN.name, accent: told.accent || OWN.accent, accentDark: told.accentDark || OWN.accentDark };
}

/**
 * The order of a conversation, from who follows whom.
 *
 * Items do not arrive in the order in which things were said: a transcript may come after the reply to it, and an
 * item may name a predecessor that has not been seen yet. So the order is never patched; it is derived, whole, from
 * what is known about each entry.
 */

/** What is known about the place of one entry. */
export interface Placement {
  readonly key: string;
  /** The item that the server put before this one; undefined while the server has not said. */
  readonly previous?: string | undefined;
  /** The entry that stood last when this one appeared: its place until the server says more. */
  readonly after?: string | undefined;
}

/**
 * Arrange the entries.
 *
 * Rules: an entry stands after its predecessor; of two that the server put after the same one, the later insertion
 * comes first (that is what inserting does); an entry whose place is only assumed keeps close to its anchor.
 *
 * @param placements in order of arrival.
 * @param resolve maps an item id to the key of its entry.
 * @returns every key exactly once, whatever the placements claim.
 */
export function arrange(placements: readonly Placement[], resolve: (id: string) => string = (id) => id): string[] {
  const known = new Set(placements.map((placement) => placement.key));
  const followers = new Map<string, { assumed: string[]; told: string[] }>();
  const roots: string[] = [];
  for (const { key, previous, after } of placements) {
    const told = previous === undefined ? undefined : resolve(previous);
    const parent = told !== undefined && known.has(told) ? told : after;
    if (parent === undefined || parent === key || !known.has(parent)) {
      roots.push(key);
      continue;
    }
    const group = followers.get(parent) ?? { assumed: [], told: [] };
    followers.set(parent, group);
    if (parent === told) group.told.unshift(key);
    else group.assumed.push(key);
  }
  const order: string[] = [];
  const placed = new Set<string>();
  // Keys that claim each other in a circle hang on no root; starting from every key as well loses none of them.
  for (const root of [...roots, ...known]) walk(root, followers, placed, order);
  return order;
}

/** Append a key and all that follows it; iterative, because a long conversation is a deep chain. */
function walk(
  root: string,
  followers: ReadonlyMap<string, { assumed: string[]; told: string[] }>,
  placed: Set<string>,
  order: string[],
): void {
  const stack = [root];
  for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
    if (placed.has(key)) continue;
    placed.add(key);
    order.push(key);
    const group = followers.get(key);
    if (group !== undefined) stack.push(...[...group.assumed, ...group.told].reverse());
  }
}

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
  const parents = parentsOf(placements, resolve);
  const followers = new Map<string, { assumed: string[]; told: string[] }>();
  const roots: string[] = [];
  for (const { key } of placements) {
    const parent = parents.get(key);
    if (parent === undefined) {
      roots.push(key);
      continue;
    }
    const group = followers.get(parent.key) ?? { assumed: [], told: [] };
    followers.set(parent.key, group);
    if (parent.told) group.told.unshift(key);
    else group.assumed.push(key);
  }
  const order: string[] = [];
  const placed = new Set<string>();
  // Keys that claim each other in a circle hang on no root; starting from every key as well loses none of them.
  for (const root of [...roots, ...placements.map(({ key }) => key)]) walk(root, followers, placed, order);
  return order;
}

interface Parent {
  readonly key: string;
  /** True when the server named it, false when it is assumed. */
  readonly told: boolean;
}

/** Whom each entry follows: what the server told first, and assumptions only where they do not contradict that. */
function parentsOf(placements: readonly Placement[], resolve: (id: string) => string): ReadonlyMap<string, Parent> {
  const arrival = new Map(placements.map(({ key }, index) => [key, index]));
  const parents = new Map<string, Parent>();
  // An assumption points back in time; a circle therefore needs a told link that points forward.
  let forward = false;
  const earlier = (key: string | undefined, than = 0) =>
    key !== undefined && (arrival.get(key) ?? than) < than ? key : undefined;
  for (const [index, { key, previous }] of placements.entries()) {
    const told = previous === undefined ? undefined : resolve(previous);
    const at = told === undefined || told === key ? undefined : arrival.get(told);
    if (told === undefined || at === undefined) continue;
    parents.set(key, { key: told, told: true });
    forward ||= at > index;
  }
  for (const { key, after } of placements) {
    if (parents.has(key)) continue;
    let anchor = earlier(after, arrival.get(key));
    // What stood last may since have turned out to follow this very entry: then stand where it stood.
    while (forward && anchor !== undefined && follows(anchor, key, parents)) {
      const at = arrival.get(anchor);
      anchor = earlier(placements[at ?? -1]?.after, at);
    }
    if (anchor !== undefined) parents.set(key, { key: anchor, told: false });
  }
  return parents;
}

/** Whether an entry hangs, over however many steps, on another. */
function follows(key: string, ancestor: string, parents: ReadonlyMap<string, Parent>): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = key; at !== undefined && !seen.has(at); at = parents.get(at)?.key) {
    if (at === ancestor) return true;
    seen.add(at);
  }
  return false;
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

/**
 * Groups items by a key; groups and items keep their order.
 *
 * @example [...groupBy(["a1", "b1", "a2"], text => text[0])] // [["a", ["a1", "a2"]], ["b", ["b1"]]]
 */
export function groupBy<Item, Key>(items: Iterable<Item>, key: (item: Item) => Key): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

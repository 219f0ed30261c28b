/**
 * Groups items that have the same key. Keys and items keep their order of appearance. (Node 20 has no `Map.groupBy`.)
 *
 * @example [...groupBy([1, 2, 3], n => n % 2).values()] // [[1, 3], [2]]
 */
export function groupBy<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

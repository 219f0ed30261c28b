/**
 * Returns the name that a misspelt one probably means: the one with the fewest insertions, deletions and replacements of a letter
 * and swaps of two neighbours (optimal string alignment), if these are at most a third of its letters.
 *
 * @returns undefined if no name is near
 * @example nearestName("katatemplat", ["kata", "katatemplate"]) // "katatemplate"
 * @example nearestName("rnud", ["runc", "rund"]) // "rund"
 * @example nearestName("docker", ["kata", "rund"]) // undefined
 */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  return names
    .map(name => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]?.name;
}

function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : replaced;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

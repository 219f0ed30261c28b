/**
 * Returns a word that a POSIX shell reads back unchanged, in quotes only if necessary.
 *
 * @example shellWord("/opt/kata/bin") // "/opt/kata/bin"
 * @example shellWord("it's") // "'it'\\''s'"
 */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

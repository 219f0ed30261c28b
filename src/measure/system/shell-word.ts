/**
 * Returns a word as a POSIX shell reads it back, in quotes only where it needs them.
 *
 * @example shellWord("/opt/kata/bin") // "/opt/kata/bin"
 * @example shellWord("it's") // "'it'\\''s'"
 */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

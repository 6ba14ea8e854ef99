/** A colour for a word, 0 to 359 degrees: always the same one, and words that look alike get others. */
export function hueOf(label: string): number {
  // FNV-1a, whose last bits alone are too much alike for short words.
  let hash = 0x811c9dc5;
  for (const letter of label) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (((hash >>> 0) ^ (hash >>> 15)) % 360) >>> 0;
}

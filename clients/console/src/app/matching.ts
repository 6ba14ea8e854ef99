const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** What has every written word somewhere, accents and case aside; first those that begin with what was written. */
export function matching<T>(all: readonly T[], written: string, nameOf: (one: T) => string): readonly T[] {
  const sought = plain(written).trim();
  const words = sought.split(/\s+/).filter(Boolean);
  const found = all.filter((one) => words.every((word) => plain(nameOf(one)).includes(word)));
  const begins = (one: T) => plain(nameOf(one)).startsWith(sought);
  return [...found.filter(begins), ...found.filter((one) => !begins(one))];
}

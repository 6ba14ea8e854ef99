import type { Random } from './random.ts';

/** Texts that mean something to somebody: databases, shells, templates, paths, headers, prototypes, renderers. */
export const oddTexts: readonly string[] = [
  '',
  ' ',
  'a',
  'null',
  '0',
  '-1',
  'true',
  "' OR '1'='1",
  '\'; DROP TABLE "User"; --',
  '" or ""="',
  '1; SELECT pg_sleep(20)--',
  "\\'; --",
  '$1',
  '$$',
  '%',
  '_',
  '%25%27',
  '{"$gt":""}',
  '../../../../etc/passwd',
  '..\\..\\windows',
  '/etc/passwd\u0000.jpg',
  '*)',
  '/:a/*/b',
  '/:a(^\\d+)-:b',
  '\u0000',
  'a\u0000b',
  '\r\nx-injected: yes',
  '%0d%0ax-injected:%20yes',
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '`id`',
  '$(id)',
  '; id',
  '| id',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '\u202e\u2066gpj.exe',
  '\ud800',
  '\udfff\ud800',
  '👩‍👩‍👧‍👦'.repeat(20),
  'ﬀ'.repeat(50),
  'İıſK',
  '\ufeff',
  '\u0085\u2028\u2029',
  'x'.repeat(300),
  'x'.repeat(20_000),
  '9'.repeat(400),
  '1e999',
  'NaN',
  'http://127.0.0.1:1/',
  'http://169.254.169.254/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'somebody@example.com',
  `${'a'.repeat(250)}@example.com`,
  '"quoted"@example.com',
  '2026-01-01T00:00:00.000Z',
  '0000-00-00T00:00:00Z',
  '275760-09-13T00:00:00.001Z',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-30T25:61:61Z',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '10.0.0.0/33',
  '::1/128',
];

const oddNumbers: readonly number[] = [
  0, -0, 1, -1, 2, 100, 101, 2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_649, 9_007_199_254_740_991, 1e21,
  1e300, 0.1, -0.5, 5e-324,
];

export const oddText = (random: Random) => random.pick(oddTexts);
export const oddNumber = (random: Random) => random.pick(oddNumbers);

/** Any JSON, not deep. */
export function oddJson(random: Random, depth = 0): unknown {
  const kind = random.whole(depth > 2 ? 5 : 8);
  if (kind < 2) return oddText(random);
  if (kind === 2) return oddNumber(random);
  if (kind === 3) return null;
  if (kind === 4) return random.chance(0.5);
  if (kind === 5) return random.times(4, () => oddJson(random, depth + 1));
  return Object.fromEntries(random.times(4, () => [oddText(random), oddJson(random, depth + 1)]));
}

/** Changes some bytes: cut, doubled, swapped for odd ones. */
export function mutate(random: Random, text: string): string {
  let changed = text;
  for (let left = 1 + random.whole(4); left > 0; left -= 1) {
    const at = random.whole(changed.length + 1);
    const to = Math.min(changed.length, at + 1 + random.whole(8));
    const piece = changed.slice(at, to);
    const instead = random.pick([
      '',
      piece + piece,
      random.pick([...'{}[]()"\'\\:,!$@#&|=.\0\n\ufeffé']),
      oddText(random),
    ]);
    changed = changed.slice(0, at) + instead + changed.slice(to);
  }
  return changed;
}

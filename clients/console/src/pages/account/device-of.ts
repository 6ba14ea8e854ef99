const browsers = [
  ['Edge', /\bEdg\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\bFirefox\//],
  ['Chrome', /Chrom(e|ium)\//],
  ['Safari', /\bSafari\//],
] as const;
const systems = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const;

const found = (among: readonly (readonly [string, RegExp])[], text: string) =>
  among.find(([, pattern]) => pattern.test(text))?.[0];

/** What somebody calls the program that says this of itself, such as “Firefox · Windows”; null for what we do not know. */
export function deviceOf(userAgent: string | null): string | null {
  const known = [found(browsers, userAgent ?? ''), found(systems, userAgent ?? '')].filter(Boolean);
  return known.length > 0 ? known.join(' · ') : null;
}

/** What nobody outside may read: how it is built, where it lies, what it asked the database. */
const internals: readonly [name: string, pattern: RegExp][] = [
  ['a stack', /\bat (async )?[\w.<>[\] ]+ \(?(file:|node:|\/)|node:internal|\n\s+at /],
  ['a file of ours', /\w\.(ts|mjs|cjs):\d|node_modules|file:\/\/\/(?!etc\/passwd)/],
  ['a statement', /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b[^;]{1,80}\b(FROM|VALUES|SET|WHERE)\b/],
  [
    'an error of PostgreSQL',
    /syntax error at or near|violates|duplicate key|invalid input syntax|out of range for type|relation "|pg_catalog|invalid byte sequence/,
  ],
  ['an error of Prisma', /prisma|\bP[12]\d{3}\b|Unique constraint|findUnique/i],
  ['an error of the system', /\b(ECONN\w+|ENOENT|EACCES|EISDIR|ENOTDIR|EPERM|ENAMETOOLONG|ERR_[A-Z_]+)\b/],
  [
    'an error of JavaScript',
    /\b(TypeError|RangeError|ReferenceError)\b|Cannot read propert|is not a function|\[object Object\]/,
  ],
  ['the parser’s own words', /Unexpected token .* in JSON|JSON at position/],
];

/** The kinds of internals in an answer; what the caller sent itself is not held against us. */
export function internalsIn(answer: string, sent: string): string[] {
  return internals.flatMap(([name, pattern]) => {
    const found = pattern.exec(answer)?.[0];
    return found !== undefined && !sent.includes(found) ? [`${name}: ${found.slice(0, 100)}`] : [];
  });
}

/** A request that must be refused before anything runs, with the codes that are right for it. */
export type HostileRequest = { body: string; codes: string[] };

const of = (query: string, variables: object = {}) => JSON.stringify({ query, variables });
const many = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const tooComplex = ['QUERY_TOO_COMPLEX'];

/** Twelve fragments, each of which spreads the one before ten times. */
function fragmentBomb(): string {
  const layers = many(11, (index) => `fragment F${index + 1} on Query { ${`...F${index} `.repeat(10)} }`);
  return `{ ...F11 } fragment F0 on Query { hello } ${layers}`;
}

export const hostileRequests: Record<string, HostileRequest> = {
  '5 000 levels': { body: of(`{ ${'item { '.repeat(5000)} id ${'}'.repeat(5000)} }`), codes: tooComplex },
  '5 000 levels that never end': { body: of(`{ __schema { types ${'{ ofType '.repeat(5000)}`), codes: tooComplex },
  '100 levels': {
    body: of(`{ ${'item { '.repeat(1)} ${'self { '.repeat(99)} id ${'}'.repeat(101)}`),
    codes: tooComplex,
  },
  'a list 900 levels deep': { body: of(`{ hello(name: ${'['.repeat(900)}${']'.repeat(900)}) }`), codes: tooComplex },
  'an object 400 levels deep': {
    body: of(`{ hello(name: ${'{ a: '.repeat(400)}1${'}'.repeat(400)}) }`),
    codes: tooComplex,
  },
  'a type 900 lists deep': {
    body: of(`query ($a: ${'['.repeat(900)}Int${']'.repeat(900)}) { hello }`),
    codes: tooComplex,
  },
  'U+0000 in a variable': {
    body: of('query ($a: String) { hello(name: $a) }', { a: 'a\u0000b' }),
    codes: ['INPUT_INVALID'],
  },
  'half a surrogate pair in a variable': {
    body: of('query ($a: String) { hello(name: $a) }', { a: 'a\ud800b' }),
    codes: ['INPUT_INVALID'],
  },
  'U+0000 in the name of a variable': { body: of('{ hello }', { 'a\u0000b': 'a' }), codes: ['INPUT_INVALID'] },
  'U+0000 in the document': { body: of('{ hello(name: "a\\u0000b") }'), codes: ['INPUT_INVALID'] },
  '200 aliases': { body: of(`{ ${many(200, (index) => `a${index}: hello`)} }`), codes: tooComplex },
  '300 directives': { body: of(`{ hello ${'@include(if: true) '.repeat(300)} }`), codes: tooComplex },
  '300 unknown directives on a variable': {
    body: of(`query ($a: Int ${'@a '.repeat(300)}) { hello }`),
    codes: tooComplex,
  },
  '5 000 fields': { body: of(`{ ${'hello '.repeat(5000)} }`), codes: tooComplex },
  '1 000 fields': { body: of(`{ ${'hello '.repeat(1000)} }`), codes: tooComplex },
  'a fragment bomb of 10^11 fields': { body: of(fragmentBomb()), codes: tooComplex },
  'a fragment in itself': { body: of('{ ...A } fragment A on Query { ...A }'), codes: tooComplex },
  'fragments in one another': {
    body: of('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
    codes: tooComplex,
  },
  'circular introspection': {
    body: of(`{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} }'.repeat(5)} } } }`),
    codes: tooComplex,
  },
  'circular introspection through fragments': {
    body: of(
      '{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { fields { type { ...C } } } fragment C on __Type { possibleTypes { name } }',
    ),
    codes: tooComplex,
  },
  'nested lists of types': {
    body: of(`{ __schema { types { ${'possibleTypes { '.repeat(8)} name ${'}'.repeat(8)} } } }`),
    codes: tooComplex,
  },
  '50 operations': { body: of(many(50, (index) => `query Q${index} { hello }`)), codes: tooComplex },
  'a batch of 100': { body: `[${Array(100).fill(of('{ hello }')).join(',')}]`, codes: ['BATCHING_NOT_SUPPORTED'] },
  'a string of 1 MB in the document': {
    body: of(`{ hello(name: "${'x'.repeat(1024 * 1024)}") }`),
    codes: ['BODY_TOO_LARGE'],
  },
  'a string of 500 kB in the document': { body: of(`{ hello(name: "${'x'.repeat(500_000)}") }`), codes: tooComplex },
  'a variable of 1 MB': {
    body: of('query ($a: String) { hello(name: $a) }', { a: 'x'.repeat(1024 * 1024) }),
    codes: ['BODY_TOO_LARGE'],
  },
  '10 000 variables': {
    body: of('{ hello }', Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`v${index}`, index]))),
    codes: tooComplex,
  },
  '10 000 variable definitions': {
    body: of(`query (${many(10_000, (index) => `$v${index}: Int`)}) { hello }`),
    codes: tooComplex,
  },
  'variables 100 000 levels deep': {
    body: `{"query":"{ hello }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    codes: tooComplex,
  },
  'nodes with 10 000 ids in a variable': {
    body: of('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: 10_000 }, (_, index) => `id${index}`),
    }),
    codes: tooComplex,
  },
  'nodes with 10 000 ids in the document': {
    body: of(`{ nodes(ids: [${many(10_000, (index) => `"${index}"`)}]) { id } }`),
    codes: tooComplex,
  },
  'a page of a billion': { body: of('{ items(first: 1000000000) { id } }'), codes: tooComplex },
  'a page of 1e9': { body: of('{ items(first: 1e9) { id } }'), codes: ['GRAPHQL_VALIDATION_FAILED'] },
  'a page of 101 by variable': {
    body: of('query ($n: Int) { items(last: $n) { id } }', { n: 101 }),
    codes: tooComplex,
  },
  'a page of a billion by default': {
    body: of('query ($n: Int = 1000000000) { items(first: $n) { id } }'),
    codes: tooComplex,
  },
  'pages in pages in pages': {
    body: of('{ items(first: 100) { items(first: 100) { items(first: 100) { items(first: 100) { id } } } } }'),
    codes: tooComplex,
  },
  'no document': { body: of(''), codes: ['GRAPHQL_PARSE_FAILED'] },
  'not GraphQL': { body: of('{'), codes: ['GRAPHQL_PARSE_FAILED'] },
  'only a fragment': { body: of('fragment A on Query { hello }'), codes: ['GRAPHQL_VALIDATION_FAILED'] },
  'a subscription with two fields': {
    body: of('subscription { ticks(upTo: 1) silence }'),
    codes: ['GRAPHQL_VALIDATION_FAILED'],
  },
  'a prototype as variables': {
    body: '{"query":"query ($a: Int!) { hello }","variables":{"__proto__":{"a":1}}}',
    codes: ['GRAPHQL_VALIDATION_FAILED'],
  },
};

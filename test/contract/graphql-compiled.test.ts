import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotFoundError } from '@sightline/server/errors/request-errors';
import { createCompileRule } from '@sightline/server/http/graphql/compile-rule';
import { buildSchema, parse } from 'graphql';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { startFixture } from './graphql-fixture.ts';
import type { Answer } from '../harness/answer.ts';

const sdl = /* GraphQL */ `
  enum Color {
    RED
    GREEN
  }
  input Filter {
    color: Color = RED
    tags: [String!]
    nested: Inner
  }
  input Inner {
    color: Color
  }
  input Endless {
    of: Endless
    all: [Endless!]
  }
  interface Named {
    name: String!
  }
  type Cat implements Named {
    name: String!
    lives: Int
    friends: [Named!]
    strict: Cat!
  }
  type Dog implements Named {
    name: String!
    color: Color
    barks(times: Int! = 2): [String!]!
  }
  union Pet = Cat | Dog
  type Query {
    echo(filter: Filter, list: [[Int]], id: ID, float: Float, endless: Endless, flag: Boolean = true): String
    pets: [Pet]!
    named: [Named!]!
    strictPets: [Cat!]
    matrix: [[Int!]]
    late: Cat
    lateList: [Cat]
    color: Color
    badColor: Color
    fails: Cat
    failsNotNull: Cat!
    refuses: Cat
  }
  type Mutation {
    add(n: Int!): Int!
  }
`;

/** A schema with everything an executor can get wrong; what resolvers do is in the root value. */
function createZoo(): GraphQLSchema {
  const schema = buildSchema(sdl);
  const { Query, Mutation, Cat, Dog } = schema.getTypeMap() as Record<string, GraphQLObjectType>;
  const cat = (name: string) => ({ name, lives: 9, kind: 'Cat' });
  const dog = (name: string) => ({ name, color: 'GREEN', kind: 'Dog' });
  const resolvers: Record<string, (args: Answer) => unknown> = {
    echo: (args) => JSON.stringify(Object.entries(args).toSorted()),
    pets: () => [cat('Tom'), null, dog('Rex'), Promise.resolve(dog('Late'))],
    named: () => [dog('Rex'), cat('Tom')],
    strictPets: () => [cat('Tom'), cat('')],
    matrix: () => [[1, 2], [3, null], null],
    late: async () => cat('Late'),
    lateList: async () => [Promise.resolve(cat('A')), Promise.reject(new Error('secret'))],
    color: () => 'RED',
    badColor: () => 'BLUE',
    fails: () => {
      throw new Error('secret');
    },
    failsNotNull: () => {
      throw new Error('secret');
    },
    refuses: async () => {
      throw new NotFoundError('Cat', 'x');
    },
  };
  for (const [name, resolve] of Object.entries(resolvers))
    Query!.getFields()[name]!.resolve = (_root, args) => resolve(args);
  let sum = 0;
  Mutation!.getFields()['add']!.resolve = async (_root, { n }) => (sum += n);
  Cat!.getFields()['friends']!.resolve = ({ name }) => [dog(`${name}'s friend`), cat('Kit')];
  Cat!.getFields()['strict']!.resolve = ({ name }) => (name === '' ? null : cat(`${name}!`));
  Dog!.getFields()['barks']!.resolve = (_dog, { times }) => Array(times).fill('wow');
  for (const type of [Cat!, Dog!]) type.isTypeOf = (value) => (value as { kind: string }).kind === type.name;
  return schema;
}

const cases: [query: string, variables?: object][] = [
  ['{ color pets { __typename ... on Cat { name lives } ... on Dog { name color } } }'],
  ['{ named { name __typename ... on Cat { friends { name ... on Dog { barks(times: 1) } } } } }'],
  [
    'query ($f: Filter, $l: [[Int]]) { a: echo(filter: $f, list: $l) b: echo }',
    { f: { tags: 'one', nested: { color: 'GREEN' } }, l: [1, [2, null]] },
  ],
  ['query ($f: Filter) { echo(filter: $f) }', { f: { color: 'PINK' } }],
  ['query ($f: Filter) { echo(filter: $f) }', { f: { extra: 1 } }],
  ['query ($id: ID!, $x: Float) { echo(id: $id, float: $x) }', { id: 7, x: 1 }],
  ['query ($id: ID!) { echo(id: $id) }', { id: null }],
  ['query ($id: ID!) { echo(id: $id) }'],
  ['query ($flag: Boolean) { echo(flag: $flag) }'],
  ['query ($flag: Boolean = false) { echo(flag: $flag) }', { flag: null }],
  ['query ($n: Int!) { named { ... on Dog { barks(times: $n) } } }', { n: 'two' }],
  ['query ($n: Int = 1) { named { ... on Dog { barks(times: $n) } } }', { n: null }],
  [
    'query ($on: Boolean!) { color @skip(if: $on) late @include(if: $on) { name } ...F @include(if: $on) } fragment F on Query { matrix }',
    { on: true },
  ],
  [
    'query ($on: Boolean!) { color @skip(if: $on) late @include(if: $on) { name } ...F @include(if: $on) } fragment F on Query { matrix }',
    { on: false },
  ],
  ['{ strictPets { name strict { name } } color }'],
  ['{ strictPets { strict { strict { name } } } }'],
  ['{ matrix }'],
  ['{ late { name friends { name } } lateList { name } }'],
  ['{ badColor color }'],
  ['{ fails { name } color }'],
  ['{ failsNotNull { name } color }'],
  ['{ a: refuses { name } b: refuses { lives } color }'],
  ['{ late { n: name n: name ...F } } fragment F on Cat { lives n: name }'],
  ['{ __typename __schema { queryType { name } } __type(name: "Cat") { fields { name } } }'],
  ['mutation { a: add(n: 0) b: add(n: 0) }'],
];

async function answersOf(isCompiled: boolean): Promise<unknown[]> {
  let compiled = 0;
  const schema = createZoo();
  const canCompile = createCompileRule(schema);
  await using server = await startFixture({
    schema,
    canCompile: (document) => {
      compiled += canCompile(document) ? 1 : 0;
      return isCompiled && canCompile(document);
    },
  });
  const answers = [];
  for (const [query, variables] of cases) {
    let answer: { status: number; body: unknown } | undefined;
    // Compiled code runs from the third time on.
    for (let time = 0; time < 4; time += 1) {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          'x-request-id': 'same',
        },
        body: JSON.stringify({ query, variables }),
      });
      answer = { status: response.status, body: await response.json() };
    }
    answers.push({ query, variables, ...answer });
  }
  assert.ok(compiled > 15, 'most operations get as far as being compiled');
  return answers;
}

test('compiled operations answer exactly as interpreted ones: data, nulls, errors with their places, status', async () => {
  const [interpreted, compiled] = [await answersOf(false), await answersOf(true)];
  for (const [index, answer] of interpreted.entries()) assert.deepEqual(sorted(compiled[index]), sorted(answer));
});

/** Two errors of one answer may come in either order. */
function sorted(answer: unknown): unknown {
  const { body, ...rest } = answer as { body: { errors?: object[] } };
  const errors = body.errors?.map((error) => JSON.stringify(error)).toSorted();
  return { ...rest, body: { ...body, ...(errors && { errors }) } };
}

test('a document is not compiled when a Prisma model may be behind any type in it', () => {
  const schema = createZoo();
  const cat = schema.getType('Cat') as GraphQLObjectType;
  cat.extensions = { pothosPrismaModel: 'Cat' };
  const canCompile = createCompileRule(schema);
  const rule = (query: string) => canCompile(parse(query));
  assert.deepEqual(
    [
      '{ color matrix }',
      '{ named { name } }',
      '{ pets { ... on Dog { name } } }',
      '{ late { name } }',
      '{ ...F } fragment F on Query { fails { name } }',
    ].map(rule),
    [true, false, false, false, false],
  );
});

test('a document with an input type that contains itself is not compiled: it would use up all memory', async () => {
  const schema = createZoo();
  assert.equal(createCompileRule(schema)(parse('query ($e: Endless) { echo(endless: $e) }')), false);
  assert.equal(createCompileRule(schema)(parse('{ echo(endless: { of: {} }) }')), false);
  assert.equal(createCompileRule(schema)(parse('query ($f: Filter) { echo(filter: $f) }')), true);
});

test('a document whose compiled code would explode is not compiled', () => {
  const kinds = ['A', 'B', 'C', 'D', 'E', 'F'];
  const objects = kinds.map((kind) => `type ${kind} implements Any { next: Any }`).join(' ');
  const canCompile = createCompileRule(buildSchema(`interface Any { next: Any } ${objects} type Query { any: Any }`));
  const rule = (query: string) => canCompile(parse(query));
  assert.equal(rule('{ any { __typename } }'), true);
  assert.equal(rule('{ any { next { next { __typename } } } }'), false);
  assert.equal(rule('{ any { ...F } } fragment F on Any { next { __typename } }'), false);
});

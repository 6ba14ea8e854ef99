import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compile } from '../packages/compile.ts';
import { run } from './run.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const schema = join(repository, 'schema.graphql');
let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'sightline-project-'));
});
after(() => rm(home, { recursive: true, force: true }));

const documents = `
fragment Named on Source { id name }

query Watch($id: ID!, $states: [SessionState!] = [RUNNING], $details: Boolean!) {
  source(id: $id) { ...Named kind when: createdAt frameIntervalMs @include(if: $details) }
  sessions(first: 1, filter: { states: $states }) { edges { node { id state framesTotal source { ...Named } } } }
}

mutation Begin($input: StartSessionInput!) {
  startSession(input: $input) {
    __typename
    ... on StartSessionPayload { session { id } }
    ... on PlanLimitReachedError { allowed }
    ... on UserError { code message }
  }
}

subscription Feed($filter: EventFilter) {
  eventFeed(filter: $filter) { __typename ... on Event { id box { x } } ... on Gap { fromSeq } }
}
`;

const program = `
import { BeginDocument, FeedDocument, WatchDocument } from './generated.js';
import type { TypedDocument } from '@sightline/core';

declare function ask<R, V>(document: TypedDocument<R, V>, variables: V): R;

const { source, sessions } = ask(WatchDocument, { id: 'x', details: true });
source?.name.trim();
source?.when.trim();
source?.frameIntervalMs?.toFixed();
sessions.edges[0]?.node.framesTotal?.toFixed();
const kind: 'IMAGES' | 'VIDEO' | undefined = source?.kind;
ask(WatchDocument, { id: 'x', details: false, states: ['RUNNING', 'FAILED'] });
const { startSession: begun } = ask(BeginDocument, { input: { sourceId: 'x' } });
if (begun.__typename === 'StartSessionPayload') begun.session.id.trim();
else if (begun.__typename === 'PlanLimitReachedError') begun.allowed.toFixed();
else begun.code.trim();
const { eventFeed } = ask(FeedDocument, { filter: { types: ['OBJECT_LEFT'], area: { x: 0, y: 0, width: 1, height: 1 } } });
if (eventFeed.__typename === 'Event') eventFeed.box?.x.toFixed();
export const told = [kind];
// @ts-expect-error it may be null
source.name;
// @ts-expect-error nobody asked for it
source?.path;
// @ts-expect-error an id is needed
ask(WatchDocument, { details: true });
// @ts-expect-error there is no such state
ask(WatchDocument, { id: 'x', details: true, states: ['ASLEEP'] });
// @ts-expect-error a session needs its source
ask(BeginDocument, { input: {} });
// @ts-expect-error a gap has no id
if (eventFeed.__typename === 'Gap') eventFeed.id;
`;

test('init prepares a project once, gen writes types that a strict compiler holds programs to, and --check says whether they are current', async () => {
  const cwd = join(home, 'mine');
  await mkdir(cwd);
  const first = await run(['init', '--json', '--url', 'http://127.0.0.1:4000/'], { home, cwd });
  assert.equal(first.code, 0, first.err);
  const file = join(cwd, 'sightline.json');
  assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), {
    url: 'http://127.0.0.1:4000',
    inferenceUrl: 'http://127.0.0.1:4001',
    gen: { documents: 'sightline', out: 'sightline/generated.ts' },
  });
  assert.match(
    (await run(['init'], { home, cwd })).err,
    /is there already\. To write it anew: sightline init --force\n$/,
  );
  assert.equal((await run(['init', '--force'], { home, cwd })).code, 0);

  // From a folder below, as the file of the project is found.
  const below = join(cwd, 'sightline', 'deep', 'node_modules');
  await mkdir(below, { recursive: true });
  await writeFile(join(below, 'broken.graphql'), 'not mine');
  await writeFile(join(cwd, 'sightline', 'more.graphql'), documents);
  const wrote = await run(['gen', '--schema', schema, '--json'], { home, cwd: join(cwd, 'sightline', 'deep') });
  assert.equal(wrote.code, 0, wrote.err);
  assert.deepEqual((wrote.json[0] as { operations: string[] }).operations, [
    'Begin',
    'Feed',
    'RunningSessions',
    'Watch',
  ]);
  const check = ['gen', '--check', '--schema', schema];
  assert.equal((await run(check, { home, cwd })).code, 0);

  const generated = await readFile(join(cwd, 'sightline', 'generated.ts'), 'utf8');
  const project = join(home, 'strict');
  await mkdir(project);
  const paths = { '@sightline/core': [join(repository, 'clients/core/src/transport/document.ts')] };
  await compile(project, { 'generated.ts': generated, 'program.ts': program }, {
    paths,
    outDir: undefined,
    noEmit: true,
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
  } as never);

  await writeFile(join(cwd, 'sightline', 'more.graphql'), documents.replace('{ ...Named kind', '{ ...Named'));
  const stale = await run(check, { home, cwd });
  assert.equal(stale.code, 1);
  assert.match(stale.out, /generated\.ts is not current/);
  assert.equal(await readFile(join(cwd, 'sightline', 'generated.ts'), 'utf8'), generated);
});

test('what the graph does not have is told by file, line and column, and nothing is written', async () => {
  const cwd = join(home, 'wrong');
  await mkdir(cwd);
  const args = ['gen', 'a.graphql', '-o', 'out.ts', '--schema', schema];
  const cases = [
    ['query A {\n  viewer { nickname }\n}', /^a\.graphql:2:12 Cannot query field "nickname"/],
    ['query A { viewer {', /^a\.graphql:1:19 Syntax Error/],
    ['{ viewer { role } }', /^Every operation needs a name/],
  ] as const;
  for (const [text, says] of cases) {
    await writeFile(join(cwd, 'a.graphql'), text);
    const { code, err } = await run(args, { home, cwd });
    assert.equal(code, 1);
    assert.match(err, says);
  }
  assert.match(
    (await run(['gen', 'b.graphql', '-o', 'x.ts', '--schema', schema], { home, cwd })).err,
    /^There is no .+b\.graphql\.\n$/,
  );
  assert.equal((await run(['gen'], { home, cwd })).code, 2);
  await assert.rejects(readFile(join(cwd, 'out.ts')));
});

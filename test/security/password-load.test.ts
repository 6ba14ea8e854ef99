import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { hashPassword } from '@sightline/server/domain/identity/passwords';
import { createServerProcess } from '../faults/server-process.ts';
import { call, newPerson } from '../harness/accounts.ts';
import { createTestDatabase } from '../harness/database.ts';
import type { TestDatabase } from '../harness/database.ts';
import { graphql } from '../harness/graphql.ts';
import { password } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { report } from './report.ts';

const people = 200;
/** What four hashes at a time may hold. */
const maxGrowthBytes = 4 * 19 * 1_048_576;

type ServerProcess = Awaited<ReturnType<typeof createServerProcess>>;
let database: TestDatabase;
let server: ServerProcess;
before(async () => {
  database = await createTestDatabase();
  server = await createServerProcess({
    DATABASE_URL: database.url,
    SIGN_UPS_PER_HOUR: '1000000',
    // Left alone, V8 puts collecting off for as long as there is memory, and hides what hashes hold.
    NODE_OPTIONS: '--max-old-space-size=300',
  });
  await server.start();
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function metric(name: string): Promise<number> {
  const response = await fetch(`${server.url}/metrics`);
  const text = await response.text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}
const memory = () => metric('process_resident_memory_bytes');

const emailOf = (index: number) => `load-${index}@example.com`;

async function addPeople(): Promise<void> {
  await using open = openDatabase(database.url);
  const passwordHash = await hashPassword(password);
  for (let index = 0; index < people; index += 1) {
    const user = await open.prisma.user.create({ data: { email: emailOf(index), name: 'x', passwordHash } });
    await open.prisma.organization.create({
      data: { name: 'x', feed: { create: {} }, memberships: { create: { userId: user.id, role: 'OWNER' } } },
    });
  }
}

/** The most memory the server held while `work` ran. */
async function peakDuring(work: Promise<unknown>): Promise<number> {
  let isOver = false;
  let peak = 0;
  const over = work.finally(() => (isOver = true));
  while (!isOver) peak = Math.max(peak, await memory());
  await over;
  return peak;
}

const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';

/** Gets somebody in, however long 200 hashes take here: who is told to try again does. */
async function signIn(index: number): Promise<void> {
  for (;;) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input: { email: emailOf(index), password } } }),
    });
    const text = await response.text();
    if (/DEADLINE_EXCEEDED/.test(text)) continue;
    assert.match(text, /SignInPayload/, server.log());
    return;
  }
}

const signInAll = () => Promise.all(Array.from({ length: people }, (_, index) => signIn(index)));

test('200 people who sign in at once all get in, and cost the memory of four hashes', async (t) => {
  await addPeople();
  // What the server compiles and pools at its first loads stays; it is not what this is about.
  for (let round = 0; round < 2; round += 1) await signInAll();
  const quiet = await memory();
  const growth = (await peakDuring(signInAll())) - quiet;
  const mib = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MiB`;
  t.diagnostic(`${mib(growth)} more than ${mib(quiet)}`);
  report(
    'sign-ins at once',
    { tried: people, 'bytes too many': Math.max(0, growth - maxGrowthBytes) },
    { growth: mib(growth) },
  );
  assert.ok(growth <= maxGrowthBytes, `${mib(growth)} more`);
});

test('a password of a megabyte is refused before it is hashed', async () => {
  await using quiet = await startTestServer();
  const hashes = async () =>
    (await quiet.app.metrics.getSingleMetric('sightline_password_evaluations_total')?.get())?.values[0]?.value;
  const already = await hashes();
  const long = 'x'.repeat(900_000);
  for (const [name, input] of [
    ['signUp', newPerson('long@example.com', { password: long })],
    ['signIn', { email: emailOf(0), password: long }],
    ['resetPassword', { token: 'slo_x', newPassword: long }],
  ] as const) {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const operation = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`;
    const answer = await graphql(quiet, operation, { input });
    answer.expectCode('INPUT_INVALID');
    assert.ok(!answer.text.includes('xxxx'));
  }
  assert.equal(await hashes(), already);
});

test('a password of 128 characters of any kind gets in, one of 129 does not', async () => {
  await using quiet = await startTestServer();
  const long = `${'ñ🦜漢é'.repeat(31)}abcd`;
  const email = 'unicode@example.com';
  assert.equal([...long].length, 128);
  assert.equal((await call(quiet, 'signUp', newPerson(email, { password: long }))).__typename, 'SignUpPayload');
  assert.equal((await call(quiet, 'signIn', { email, password: long })).__typename, 'SignInPayload');
  assert.equal((await call(quiet, 'signIn', { email, password: `${long.slice(0, -1)}e` })).code, 'CREDENTIALS_INVALID');
  (await graphql(quiet, query, { input: { email, password: `${long}e` } })).expectCode('INPUT_INVALID');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/until.ts';
import { decodeProtectedHeader } from 'jose';
import { query } from '../../harness/database.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { openSignIn, refresh, worksAs } from './tokens.ts';

const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? '';

async function publishedBy(server: TestServer): Promise<string[]> {
  const response = await fetch(`${server.url}/.well-known/jwks.json`);
  return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

test('a new key is announced a day before it signs, and an old one is known until its last token is over', async () => {
  const clock = movableClock();
  await using server = await startTestServer({ clock });
  let person = await openSignIn(server);
  const first = kidOf(person.token);
  assert.deepEqual(await publishedBy(server), [first]);

  clock.advance({ days: 29, ms: 60_000 });
  await until(async () => (await publishedBy(server)).length === 2);
  const [, second = ''] = await publishedBy(server);
  person = { ...person, ...(await refresh(server, person.refreshToken)) };
  assert.equal(kidOf(person.token), first, 'it is announced, and does not sign yet');

  // A minute before the first key retires: its last token lives for an hour from then.
  clock.advance({ days: 1, ms: -120_000 });
  person = { ...person, ...(await refresh(server, person.refreshToken)) };
  assert.equal(kidOf(person.token), first);
  clock.advance({ ms: 120_000 });
  const next = await refresh(server, person.refreshToken);
  assert.equal(kidOf(next.token), second);
  for (const token of [person.token, next.token]) assert.equal(await worksAs(server, token), person.email);
  assert.ok((await publishedBy(server)).includes(first));

  clock.advance({ ms: 3_600_000 + 301_000 });
  await until(async () => !(await publishedBy(server)).includes(first));
  assert.equal(await worksAs(server, person.token), null);
});

test('two processes share their keys, and each reads at once what the other signed with a key it has not seen', async () => {
  const clock = movableClock();
  await using one = await startTestServer({ clock });
  await using other = await startTestServer({ clock, databaseUrl: one.databaseUrl });
  const person = await openSignIn(one);
  assert.equal(await worksAs(other, person.token), person.email);
  assert.deepEqual(await publishedBy(one), await publishedBy(other));

  // Nobody was here for half a year: all keys are over, and the first to be asked makes a new one.
  clock.advance({ days: 180 });
  const later = await openSignIn(one, person.email);
  assert.notEqual(kidOf(later.token), kidOf(person.token));
  assert.equal(await worksAs(other, later.token), later.email);
  const rows = await query(one.databaseUrl, 'select "id" from "SigningKey"');
  assert.deepEqual(rows, [{ id: kidOf(later.token) }]);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadConfig } from '@sightline/inference/config';
import { createSidecar } from '@sightline/inference/sidecar';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { movableClock } from '../../harness/movable-clock.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { openSignIn, refresh, worksAs } from './tokens.ts';

const program = fileURLToPath(new URL('../../../server/src/cli/secrets.ts', import.meta.url));
const signingKey = 'signing-key-for-tests-0123456789abcdefgh';
const clock = movableClock();
let server: TestServer;
let sidecar: Awaited<ReturnType<typeof createSidecar>>;
before(async () => {
  server = await startTestServer({ clock });
  const { token } = await openSignIn(server);
  const config = loadConfig({
    INFERENCE_PORT: '0',
    DATA_DIR: join(server.sourceDirectory, 'inference'),
    MODEL: 'blobs',
    SERVER_URL: server.url,
    SERVICE_TOKEN: serviceToken,
    JWKS_URL: `${server.url}/.well-known/jwks.json`,
    JWT_ISSUER: decodeJwt(token).iss,
    LOG_LEVEL: 'silent',
    PROGRESS: 'off',
  });
  sidecar = await createSidecar(config, { now: () => clock.now().getTime() });
  await sidecar.listen();
  await sidecar.ready;
});
after(async () => {
  await sidecar[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? '';

async function published({ url }: TestServer): Promise<string[]> {
  const response = await fetch(`${url}/.well-known/jwks.json`);
  return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

/** Whether the sidecar lets somebody in with this token. */
async function opensSidecar(token: string): Promise<boolean> {
  const response = await fetch(`${sidecar.url}/v2/models/blobs`, { headers: { authorization: `Bearer ${token}` } });
  assert.ok([200, 401].includes(response.status), `${response.status} ${await response.text()}`);
  return response.status === 200;
}

/** The command, as an operator gives it beside a server that serves. Gives the key it made. */
async function roll({ databaseUrl }: TestServer, ...more: string[]): Promise<string> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, SIGNING_KEY: signingKey };
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'roll-signing-key', ...more], { env });
  const [, id = ''] = /^the key (\S+) signs access tokens from \S+Z\n$/.exec(stdout) ?? [];
  assert.ok(id, stdout);
  return id;
}

test('a key is rolled while the server serves: nobody is refused, old tokens last, new ones are of the new key', async () => {
  const person = await openSignIn(server);
  const first = kidOf(person.token);
  assert.equal(await opensSidecar(person.token), true);
  const second = await roll(server);
  assert.notEqual(second, first);

  // The server notices within a minute by its own clock, which stood still; the key is published and does not sign yet.
  clock.advance({ ms: 60_000 });
  await until(async () => (await published(server)).includes(second));
  const meanwhile = await refresh(server, person.refreshToken);
  assert.equal(kidOf(meanwhile.token), first);
  assert.equal(await opensSidecar(meanwhile.token), true);

  clock.advance({ ms: 120_000 });
  const later = await refresh(server, meanwhile.refreshToken);
  assert.equal(kidOf(later.token), second);
  for (const { token } of [person, meanwhile, later]) {
    assert.equal(await worksAs(server, token), person.email);
    assert.equal(await opensSidecar(token), true);
  }

  clock.advance({ ms: 3_600_000 + 301_000 });
  await until(async () => !(await published(server)).includes(first));
  assert.equal(await worksAs(server, later.token), null, 'an hour is over for all of them');
  assert.equal(await opensSidecar(later.token), false);
  const last = await refresh(server, later.refreshToken);
  assert.equal(kidOf(last.token), second);
  assert.equal(await opensSidecar(last.token), true);
});

test('a key that somebody else may have opens nothing within a minute of the command', async () => {
  // Where the next key of the month is announced already: it goes as well.
  const time = movableClock(new Date(Date.now() - 29 * 86_400_000 - 3_600_000));
  await using other = await startTestServer({ clock: time });
  const { email } = await openSignIn(other);
  time.advance({ days: 29, ms: 3_600_000 });
  await until(async () => (await published(other)).length === 2);
  const person = await openSignIn(other, email);
  const next = await roll(other, '--at-once');
  time.advance({ ms: 60_000 });
  await until(async () => (await published(other)).join() === next);
  assert.equal(await worksAs(other, person.token), null);
  const renewed = await refresh(other, person.refreshToken);
  assert.equal(kidOf(renewed.token), next);
  assert.equal(await worksAs(other, renewed.token), email);
});

test('what makes no sense is told with what would', async () => {
  for (const args of [['roll', '--at-once'], ['roll-everything'], ['roll-signing-key', 'now']]) {
    const env = { ...process.env, DATABASE_URL: server.databaseUrl, SIGNING_KEY: signingKey };
    const refused = await promisify(execFile)(process.execPath, [program, ...args], { env }).catch((error) => error);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /npm run secrets -- roll-signing-key/);
  }
});

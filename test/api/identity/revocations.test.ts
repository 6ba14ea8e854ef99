import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '@sightline/inference/config';
import { createLogger } from '@sightline/inference/logger';
import { createSidecar } from '@sightline/inference/sidecar';
import { query } from '../../harness/database.ts';
import { eachBus } from '../../harness/each-bus.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { redisSkip } from '../../harness/redis.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';

/** A sidecar that remembers answers for ever, as far as its clock knows: only what it is told ends them. */
async function startSidecarOf(server: TestServer) {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'sightline-revocations-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const config = loadConfig({
    MODEL: 'blobs',
    SERVER_URL: server.url,
    SERVICE_TOKEN: serviceToken,
    // As `npm start` has it: signatures are checked here, and the server is asked about those that are good.
    JWKS_URL: `${server.url}/.well-known/jwks.json`,
    JWT_ISSUER: 'sightline',
    DATA_DIR: folder,
    INFERENCE_PORT: '0',
  });
  const standing = Date.now();
  const lines: string[] = [];
  const log = createLogger('info', { write: (line: string) => void lines.push(line) });
  const sidecar = opened.use(await createSidecar(config, { log, npm: null, now: () => standing }));
  const url = await sidecar.listen();
  await sidecar.ready;
  const lifetime = opened.move();
  return {
    lines,
    status: async (token: string) => {
      const response = await fetch(`${url}/models`, { headers: { authorization: `Bearer ${token}` } });
      await response.body?.cancel();
      return response.status;
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

type Sidecar = Awaited<ReturnType<typeof startSidecarOf>>;

/** Milliseconds until the token is refused, from when `act` was done. */
async function msToRefusal(sidecar: Sidecar, token: string, act: () => Promise<unknown>): Promise<number> {
  assert.equal(await sidecar.status(token), 200);
  await act();
  const doneAt = performance.now();
  while ((await sidecar.status(token)) === 200) {
    if (performance.now() - doneAt > 10_000) assert.fail('It still works.');
  }
  assert.equal(await sidecar.status(token), 401);
  return performance.now() - doneAt;
}

const revoke = (server: TestServer, person: Person, id: string) => async () =>
  void (
    await graphql(server, 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }', { id }, person)
  ).expectData();

const rawId = (globalId: string) => Buffer.from(globalId, 'base64').toString().split(':').at(-1) ?? '';

eachBus((bus) => {
  test('what ends at the server ends at the sidecar within a second', async (t) => {
    await using server = await startTestServer({ bus });
    await using sidecar = await startSidecarOf(server);
    const person = await signUp(server);
    const other = await createKey(server, person, ['INFER']);
    assert.equal(await sidecar.status(other.secret), 200);

    const times: Record<string, number> = {};
    const key = await createKey(server, person, ['INFER']);
    times['a revoked key'] = await msToRefusal(sidecar, key.secret, revoke(server, person, key.id));
    assert.equal(await sidecar.status(other.secret), 200, 'others go on');

    const signedIn = await graphql(
      server,
      'mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }',
      { input: { email: person.email, password: 'a long enough password' } },
    );
    const { token } = signedIn.expectData().signIn;
    const signOut = () => graphql(server, 'mutation { signOut { __typename } }', {}, { token });
    times['a sign-in that ended'] = await msToRefusal(sidecar, token, async () => (await signOut()).expectData());

    // What removing a member comes down to.
    const organizationId = rawId(person.organizationId);
    const remove = async () => {
      await query(
        server.databaseUrl,
        `with gone as (delete from "Membership" where "organizationId" = '${organizationId}')
         insert into "OutboxMessage" ("id", "topic", "payload")
         values (gen_random_uuid(), 'access.changed', '{"organizationId": "${organizationId}"}')`,
      );
      // The relay looks by itself once a second; any other signal makes it look now.
      const nobody = await signUp(server);
      await revoke(server, nobody, (await createKey(server, nobody, ['READ'])).id)();
    };
    times['a key of a member who was removed'] = await msToRefusal(sidecar, other.secret, remove);

    for (const [what, ms] of Object.entries(times)) {
      t.diagnostic(`${what}: ${Math.round(ms)} ms`);
      assert.ok(ms < 1_000, `${what}: ${ms} ms`);
    }
  });

  test('a server that was away is followed again, and what ended meanwhile has ended', async () => {
    await using first = await startTestServer({ bus });
    const person = await signUp(first);
    const key = await createKey(first, person, ['INFER']);
    const { port } = new URL(first.url);
    await using sidecar = await startSidecarOf(first);
    assert.equal(await sidecar.status(key.secret), 200);
    await first.app[Symbol.asyncDispose]();
    await query(first.databaseUrl, 'update "ApiKey" set "revokedAt" = now()');
    assert.equal(await sidecar.status(key.secret), 200, 'it is remembered while nobody can be asked');
    const isSaid = () => sidecar.lines.some((line) => line.includes('not told of revoked keys'));
    while (!isSaid()) await new Promise((resolve) => setImmediate(resolve));
    await using _second = await startTestServer({ bus, databaseUrl: first.databaseUrl, env: { PORT: port } });
    const startedAt = performance.now();
    while ((await sidecar.status(key.secret)) === 200) assert.ok(performance.now() - startedAt < 10_000);
    assert.equal(await sidecar.status(key.secret), 401);
    assert.equal(sidecar.lines.filter((line) => line.includes('not told of revoked keys')).length, 1);
    assert.equal(sidecar.lines.filter((line) => line.includes('told of revoked keys again')).length, 1);
  });
});

test(
  'with several servers a key that is revoked at one ends at the sidecars of another',
  { skip: redisSkip() },
  async () => {
    await using asked = await startTestServer({ bus: 'redis' });
    await using other = await startTestServer({ bus: 'redis', databaseUrl: asked.databaseUrl });
    await using sidecar = await startSidecarOf(asked);
    const person = await signUp(other);
    const key = await createKey(other, person, ['INFER']);
    const ms = await msToRefusal(sidecar, key.secret, revoke(other, person, key.id));
    assert.ok(ms < 1_000, `${ms} ms`);
  },
);

test('the stream is for processes of ours', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  for (const authorization of [`Bearer ${person.token}`, '']) {
    const response = await fetch(`${server.url}/internal/revocations`, { headers: { authorization } });
    assert.equal(response.status, 401);
    await response.body?.cancel();
  }
});

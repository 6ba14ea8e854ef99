import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { openQueueProcess } from './queue-world.ts';
import type { QueueProcess } from './queue-world.ts';

const fields = 'jobId name state data attemptCount attemptsMax error createdAt startedAt finishedAt workerId';
const page = `edges { cursor node { ${fields} } } pageInfo { hasNextPage hasPreviousPage endCursor }`;
const listing = `query ($state: JobState, $name: String, $first: Int, $after: String) {
  jobs(state: $state, name: $name, first: $first, after: $after) { ${page} } }`;
const deadListing = `query ($name: String, $first: Int, $after: String) {
  deadJobs(name: $name, first: $first, after: $after) { ${page} } }`;
const retrying = `mutation ($id: String!) { retryJob(input: { jobId: $id }) { job { ${fields} } } }`;
const canceling = `mutation ($id: String!) { cancelJob(input: { jobId: $id }) { job { ${fields} } } }`;

let server: TestServer;
let operator: Person;
let worker: QueueProcess;
const isWell = { value: false };

before(async () => {
  server = await startTestServer({ env: { OPERATOR_EMAILS: ' Root-Operator@example.com, other@example.com' } });
  operator = await signUp(server, 'root-operator', 'root-operator@example.com');
  worker = await openQueueProcess(server.databaseUrl);
  worker.queue.handle(
    'poison',
    async () => {
      if (!isWell.value) throw new Error('bitter');
    },
    { retries: 1, backoffSeconds: 0 },
  );
  worker.queue.handle('long', async (_data, { signal }) => void (await once(signal, 'abort')));
  await worker.queue.start();
});
after(async () => {
  await worker[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const ask = async (text: string, variables: object = {}, token = operator.token) =>
  (await graphql(server, text, { ...variables }, { token })).expectData();
const confirm = (value: string) =>
  query(server.databaseUrl, `update "User" set "emailVerifiedAt" = ${value} where "email" like '%operator%'`);

/** Fails for good, and is its id. */
async function poisoned(): Promise<string> {
  const id = await worker.add('poison', { about: 'ids' });
  await until(async () => (await worker.jobs.find(worker.pool, id))?.state === 'FAILED');
  return id;
}

test('only people whom the environment names see jobs, once their address is confirmed, and never their keys', async () => {
  const refused = async (token: string) => {
    for (const text of [listing, deadListing, retrying, canceling]) {
      const { errors } = await graphql(server, text, { id: operator.userId }, { token });
      assert.deepEqual(
        errors.map(({ extensions }) => extensions?.code),
        ['FORBIDDEN'],
      );
    }
  };
  await refused(operator.token);
  await confirm('now()');
  await ask(listing);
  await refused((await signUp(server, 'another')).token);
  await refused((await createKey(server, operator, ['READ', 'WRITE'])).secret);
  await confirm('null');
  await refused(operator.token);
  await confirm('now()');
});

test('a dead letter shows what it was about and why it failed, and is tried anew by hand, with an entry in the log', async () => {
  await confirm('now()');
  const id = await poisoned();
  const { deadJobs } = await ask(deadListing, { name: 'poison' });
  assert.equal(deadJobs.edges.length, 1);
  const { node } = deadJobs.edges[0];
  assert.deepEqual(
    [node.jobId, node.name, node.state, JSON.parse(node.data), node.attemptCount, node.attemptsMax, node.error],
    [id, 'poison', 'FAILED', { organizationId: null, about: 'ids' }, 2, 2, 'Error: bitter'],
  );
  isWell.value = true;
  const { retryJob } = await ask(retrying, { id: id.toUpperCase() });
  assert.equal(retryJob.job.state, 'WAITING');
  worker.queue.wake();
  await until(async () => (await worker.jobs.find(worker.pool, id))?.state === 'DONE');
  isWell.value = false;
  assert.deepEqual((await ask(deadListing, { name: 'poison' })).deadJobs.edges, []);
  const again = await graphql(server, retrying, { id }, operator);
  assert.deepEqual(
    again.errors.map(({ extensions }) => extensions?.code),
    ['JOB_NOT_FAILED'],
  );
  const [entry] = await query(
    server.databaseUrl,
    `select "organizationId", "actorUserId", "targetType", "targetId" from "AuditEntry" where "action" = 'retryJob'`,
  );
  assert.deepEqual(
    { ...entry },
    { organizationId: null, actorUserId: entry?.['actorUserId'], targetType: 'Job', targetId: id },
  );
  assert.ok(entry?.['actorUserId']);
});

test('a waiting job is canceled, a running one told to stop, a dead one put away; and what was canceled can be tried again', async () => {
  await confirm('now()');
  const waiting = await worker.add('poison', {}, { startAfter: new Date(Date.now() + 3_600_000) });
  const running = await worker.add('long');
  const dead = await poisoned();
  await until(async () => (await worker.jobs.find(worker.pool, running))?.state === 'ACTIVE');
  for (const id of [waiting, running, dead]) {
    const { cancelJob } = await ask(canceling, { id });
    assert.equal(cancelJob.job.state, 'CANCELED');
    assert.equal((await ask(canceling, { id })).cancelJob.job.state, 'CANCELED', 'twice is as once');
  }
  await until(() => worker.ends.includes('long lost'));
  assert.deepEqual((await ask(deadListing)).deadJobs.edges, []);
  isWell.value = true;
  await ask(retrying, { id: dead });
  worker.queue.wake();
  await until(async () => (await worker.jobs.find(worker.pool, dead))?.state === 'DONE');
  isWell.value = false;
});

test('pages are exact while jobs are added, filters hold, and ids and cursors of nobody are refused', async () => {
  await confirm('now()');
  const ids: string[] = [];
  for (let index = 0; index < 7; index += 1) {
    ids.push(await worker.add('sleepy', { index }, { startAfter: new Date(Date.now() + 3_600_000) }));
  }
  await until(async () => (await worker.jobs.find(worker.pool, ids.at(-1)!)) !== null);
  await until(async () => (await ask(listing, { name: 'sleepy', first: 100 })).jobs.edges.length === 7);
  const seen: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { jobs } = await ask(listing, { name: 'sleepy', state: 'WAITING', first: 3, after });
    seen.push(...jobs.edges.map(({ node }: { node: { jobId: string } }) => node.jobId));
    ({ endCursor: after, hasNextPage: more } = jobs.pageInfo);
    await worker.add('sleepy', { later: true }, { startAfter: new Date(Date.now() + 3_600_000) });
  }
  assert.equal(new Set(seen).size, seen.length);
  for (const id of ids) assert.ok(seen.includes(id), 'what was there at the beginning is seen');
  assert.deepEqual((await ask(listing, { name: 'sleepy', state: 'ACTIVE' })).jobs.edges, []);
  const codeOf = async (text: string, variables: object) =>
    (await graphql(server, text, { ...variables }, operator)).errors[0]?.extensions?.code;
  assert.equal(await codeOf(listing, { after: 'nonsense' }), 'INPUT_INVALID');
  assert.equal(await codeOf(listing, { first: -1 }), 'INPUT_INVALID');
  assert.equal(await codeOf(listing, { first: 101 }), 'QUERY_TOO_COMPLEX');
  for (const id of ['nonsense', operator.userId, '00000000-0000-4000-8000-000000000000']) {
    assert.equal(await codeOf(retrying, { id }), 'NOT_FOUND');
    assert.equal(await codeOf(canceling, { id }), 'NOT_FOUND');
  }
});

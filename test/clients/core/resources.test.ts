import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Client, ConnectionError, SightlineError } from '@sightline/core';
import type { ApiKeyScope, Stream } from '@sightline/core';
import { createKey, password, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource } from '../../harness/sources.ts';
import { startLosingProxy } from './lost-answers.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

/** An id as the server makes them, of nothing that there is. */
const noneOf = (type: string) => btoa(`${type}:01a2017b-4061-723d-b86d-e743a4c63600`);

const codeOf = (call: PromiseLike<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => (error instanceof SightlineError ? error.code : Promise.reject(error as Error)),
  );

async function firstOf<T>(stream: Stream<T>): Promise<T> {
  for await (const item of stream) return item;
  return assert.fail('the stream told nothing');
}

test('a mutation whose answer is lost three times happens once, and its caller has the answer', async () => {
  const person = await signUp(server, 'losing');
  await using proxy = await startLosingProxy(new URL(server.url));
  const client = new Client({ baseUrl: proxy.url, token: person.token, maxRetries: 3, backoff: () => 1 });
  proxy.lose(3);
  const team = await client.teams.create('only one');
  assert.equal(proxy.lost(), 3);
  const { items } = await client.teams.list();
  assert.deepEqual(items, [team]);
  const entries = await client.auditLog.list({ filter: { actions: ['createTeam'] } });
  assert.equal(entries.items.length, 1);

  // With no tries left the caller knows nothing; with the same key it may ask again, even from another process.
  proxy.lose(1);
  const idempotencyKey = 'made-before-the-restart';
  const given = { maxRetries: 0, idempotencyKey };
  await assert.rejects(client.teams.create('another one', given), ConnectionError);
  const again = new Client({ baseUrl: server.url, token: person.token });
  const [one, two] = [await again.teams.create('another one', given), await again.teams.create('another one', given)];
  assert.deepEqual([one, (await again.teams.list()).items.length], [two, 2]);
  // A key that is used for something else is a mistake, and nothing is done.
  assert.equal(await codeOf(again.teams.create('a third one', given)), 'IDEMPOTENCY_KEY_REUSED');
});

test('money: plans, what would change, the subscription, bills, and what was used', async () => {
  const { token } = await signUp(server, 'paying');
  const client = new Client({ baseUrl: server.url, token });
  const plans = await client.billing.plans();
  assert.deepEqual(
    plans.map(({ rank }) => rank),
    plans.map(({ rank }) => rank).toSorted((a, b) => a - b),
  );
  const { plan, subscription } = (await client.billing.current()) ?? assert.fail();
  assert.deepEqual([plan.code, subscription], [plans[0]?.code, null]);
  const other = plans[1]?.code ?? assert.fail('there is one plan only');
  assert.equal(await codeOf(client.billing.change({ planCode: other, when: 'NOW' })), 'SUBSCRIPTION_CHANGE_REFUSED');
  assert.equal(await client.billing.preview(other), null);
  const begun = await client.billing.subscribe({ planCode: other });
  assert.equal(begun.plan.code, other);
  assert.equal((await client.billing.cancel()).cancelAtPeriodEnd, true);
  assert.equal((await client.billing.resume()).cancelAtPeriodEnd, false);
  await client.billing.setDetails({ name: 'Ana Ltd', country: 'ES' });
  const [invoices, payments] = await Promise.all([client.billing.invoices(), client.billing.payments()]);
  for (const { id } of invoices.items) assert.ok((await client.billing.invoice(id))?.lines.length);
  assert.ok(Array.isArray(payments.items));
  assert.equal(await client.billing.invoice(noneOf('Invoice')), null);
  assert.equal(await codeOf(client.billing.checkout({ invoiceId: noneOf('Invoice'), returnTo: '/' })), 'NOT_FOUND');
  assert.ok([null, 'PAYMENT_FAILED'].includes(await codeOf(client.billing.portal())));

  const [report, top, cost, forecast] = await Promise.all([
    client.usage.report(),
    client.usage.top('MODEL'),
    client.usage.costSoFar(),
    client.usage.forecast(),
  ]);
  assert.deepEqual([report.groups, top, cost.currency, forecast.currency], [[], [], plan.currency, plan.currency]);
  assert.deepEqual([(await firstOf(client.usage.live())).used], [0]);
});

test('people: what they are told, who watches, what they agreed to', async () => {
  const person = await signUp(server, 'watching');
  const client = new Client({ baseUrl: server.url, token: person.token });
  assert.deepEqual([(await client.notifications.list()).items, await client.notifications.unreadCount()], [[], 0]);
  assert.equal(await client.notifications.markRead(), 0);
  const left = new AbortController();
  const waiting = client.notifications.watch({ signal: left.signal }).next();
  left.abort();
  await assert.rejects(waiting, { code: 'ABORTED' });

  const seen = client.presence.watch();
  const { value: now } = await seen.next();
  assert.deepEqual([now?.presentCount, now?.present.length], [1, 1]);
  assert.equal(await client.presence.setActivity({ activity: 'drawing' }), true);
  for await (const { present } of seen) if (present[0]?.activity === 'drawing') break;

  const consents = await client.privacy.consent({ document: 'terms', version: '2', granted: true });
  assert.deepEqual([consents.length, await client.privacy.consents()], [1, consents]);
  assert.equal((await client.privacy.export()).length, 1);
  assert.equal((await client.privacy.exports())[0]?.kind, 'EXPORT');
  assert.equal(await client.devices.grant('NONE-NONE'), null);
  assert.equal(await codeOf(client.devices.deny({ userCode: 'NONE-NONE' })), 'NOT_FOUND');
  assert.equal((await client.privacy.retention({ snapshotDays: 3 })).retention.snapshotDays, 3);
  await client.privacy.erase({ email: person.email });
  assert.equal(await client.auth.viewer(), null);
});

test('pictures: sources by id, what a session would cost, what happened, and what operators see', async () => {
  const person = await signUp(server, 'looking');
  const client = new Client({ baseUrl: server.url, token: person.token });
  const id = await createSource(server, person);
  assert.equal(
    (await client.sources.setCredential({ sourceId: id, credential: { username: 'a', password } })).hasCredential,
    true,
  );
  const [node, none] = await client.nodes.get([id, noneOf('Source')]);
  assert.deepEqual([node?.__typename, node?.id, none], ['Source', id, null]);
  const cost = await client.estimates.session({ sourceId: id, seconds: 60 });
  assert.deepEqual([cost.refusals, cost.isRehearsed], [[], true]);
  const refused = await client.estimates.of<unknown, { id: string }>(
    'mutation ($id: ID!) { startSession(input: { sourceId: $id, pipelines: ["none"] }) { __typename } }',
    { id },
  );
  assert.deepEqual(
    refused.refusals.map(({ code }) => code),
    ['PIPELINE_UNKNOWN'],
  );
  const { eventCount, sourceCount } = await client.analytics.dashboard();
  assert.deepEqual([eventCount, sourceCount], [0, 1]);
  const day = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  assert.deepEqual(await client.analytics.statistics({ ...day, grain: 'HOUR' }), []);
  assert.deepEqual((await client.archives.list()).items, []);
  assert.ok((await client.flags.list()).every(({ name }) => /^[a-z-]+$/.test(name)));
  const operators = [client.jobs.list(), client.jobs.dead(), client.jobs.retry('none'), client.jobs.cancel('none')];
  assert.deepEqual(
    await Promise.all(operators.map(codeOf)),
    operators.map(() => 'FORBIDDEN'),
  );
  assert.equal(await client.signIns.revokeAll({ keepThis: true }), 0);
});

test('a key tells what a device used where it may write and infer; with fewer scopes it is told which one it lacks', async () => {
  const person = await signUp(server, 'reporting');
  const batch = () => ({
    deviceId: randomUUID(),
    seq: 1,
    usage: [{ id: randomUUID(), task: 'detection', model: 'tiny@1', at: new Date().toISOString() }],
  });
  const told = async (scopes: ApiKeyScope[]) => {
    const { secret } = await createKey(server, person, scopes);
    try {
      return (await new Client({ baseUrl: server.url, apiKey: secret }).captures.record(batch())).acceptedSeq;
    } catch (error) {
      assert.ok(error instanceof SightlineError);
      return `${error.code}: ${error.message}`;
    }
  };
  assert.equal(await told(['WRITE', 'INFER']), 1);
  // The sidecar counts what such a key asks it: it has nothing to tell.
  assert.match(String(await told(['INFER'])), /^SCOPE_MISSING: .+ lacks the scope WRITE\.$/);
  assert.match(String(await told(['WRITE'])), /^SCOPE_MISSING: .+ lacks the scope INFER\.$/);
});

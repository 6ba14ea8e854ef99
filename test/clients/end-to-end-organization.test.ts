import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, NotFoundError, PermissionDeniedError, SourcesDocument } from '@sightline/core';
import type { Call, Presence, SightlineError } from '@sightline/core';
import { until } from '../harness/until.ts';
import { startWholeStack, writeWalk } from './whole-stack.ts';
import type { WholeStack } from './whole-stack.ts';

let stack: WholeStack;
before(async () => void (stack = await startWholeStack()));
after(() => stack[Symbol.asyncDispose]());

const password = 'a long enough password';
let people = 0;

/** Somebody new who owns a new organization, by the client they signed up with. */
async function newcomer(name: string): Promise<Client & { email: string }> {
  const email = `${name}-${(people += 1)}@example.com`.toLowerCase();
  const client = new Client({ baseUrl: stack.url, inferenceUrl: stack.inferenceUrl });
  await client.auth.signUp({ email, password, name, organizationName: `${name} Ltd` });
  return Object.assign(client, { email });
}

async function upload(client: Client, name: string, steps: number): Promise<string> {
  const folder = await stack.folder(name);
  await writeWalk(folder, steps);
  const uploadIds: string[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const data = await readFile(join(folder, file));
    uploadIds.push((await client.sources.upload({ name: file, data })).uploadId);
  }
  return (await client.sources.create({ name, kind: 'IMAGES', uploadIds, frameIntervalMs: 500 })).id;
}

const refusal = (call: Call<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => (error as SightlineError).code,
  );

test('what an organization does is counted, shown, told and kept, by the client alone', async () => {
  await using owner = await newcomer('Owner');
  const estimate = await owner.estimates.of(SourcesDocument, { first: 10, after: null });
  assert.equal(estimate.refusals.length, 0);
  const sourceId = await upload(owner, 'counted', 4);
  const session = await owner.sessions.start({ sourceId });
  for await (const { state } of owner.sessions.watch(session.id)) if (state === 'COMPLETED') break;

  // Predictions by a key are the meter's, one by one; the same picture asked again is none.
  const { secret, apiKey } = await owner.apiKeys.create({ name: 'meter', scopes: ['INFER', 'READ'] });
  await using program = new Client({ baseUrl: stack.url, inferenceUrl: stack.inferenceUrl, apiKey: secret });
  const folder = await stack.folder('counted');
  const used = async () =>
    (await owner.usage.report()).totals.find(({ meter }) => meter === 'PREDICTIONS')?.quantity ?? 0;
  const before = await used();
  for (const file of ['1.jpg', '2.jpg', '1.jpg']) await program.predict(await readFile(join(folder, file)));
  await until(async () => (await used()) === before + 2);
  assert.ok((await owner.usage.top('KEY')).some(({ quantity }) => quantity === 2));
  assert.ok((await owner.models.list()).length > 0);

  const dashboard = await owner.analytics.dashboard();
  const events = [];
  for await (const event of owner.events.list({ pageSize: 2 })) events.push(event);
  assert.equal(dashboard.eventCount, events.length);
  assert.deepEqual(
    (await owner.nodes.get([sourceId, session.id, apiKey.id])).map((node) => node?.__typename),
    ['Source', 'Session', 'ApiKey'],
  );

  const actions = new Set<string>();
  for await (const { action } of owner.auditLog.list({ pageSize: 5 })) actions.add(action);
  for (const action of ['createSource', 'startSession', 'createApiKey']) assert.ok(actions.has(action), action);
  assert.deepEqual(
    (await owner.privacy.consent({ document: 'terms', version: '7', granted: true })).map(({ version }) => version),
    ['7'],
  );
  assert.ok(Array.isArray(await owner.flags.list()));
});

test('teams, roles and strangers: who is not let in sees nothing, and hears the same as of what is not there', async () => {
  await using owner = await newcomer('Boss');
  await using stranger = await newcomer('Stranger');
  const sourceId = await upload(owner, 'private', 1);
  const team = await owner.teams.create('Night shift');
  const gone = await owner.teams.create('Gone');
  await owner.teams.delete(gone.id);
  const [me] = (await owner.members.list()).items;
  await owner.teams.add(team.id, me?.id ?? '');
  assert.deepEqual(
    (await owner.teams.members(team.id)).items.map(({ id }) => id),
    [me?.id],
  );
  const invitation = await owner.invitations.send({ email: 'new@example.com', role: 'VIEWER' });
  assert.equal((await owner.invitations.list()).items.length, 1);
  await owner.invitations.revoke(invitation.id);

  assert.equal(await stranger.sources.get(sourceId), null);
  assert.deepEqual(await stranger.nodes.get([sourceId, team.id]), [null, null]);
  await assert.rejects(stranger.sessions.start({ sourceId }), NotFoundError);
  assert.equal(
    await refusal(stranger.teams.rename(team.id, 'mine')),
    await refusal(stranger.teams.rename(gone.id, 'mine')),
  );
  await assert.rejects(owner.jobs.list().page(), PermissionDeniedError);
});

test('people see each other come and go, and what they are told is read once', async () => {
  await using owner = await newcomer('Watcher');
  const sourceId = await upload(owner, 'watched', 1);
  const watching = owner.presence.watch(sourceId);
  const first = (await watching.next()).value as Presence;
  assert.equal(first.present.length, 1);
  assert.equal(await owner.presence.setActivity({ sourceId, activity: 'looking-closer' }), true);
  watching.close();
  assert.equal(
    await owner.notifications.unreadCount(),
    (await owner.notifications.list({ unreadOnly: true })).items.length,
  );
  await owner.notifications.markRead();
  assert.equal(await owner.notifications.unreadCount(), 0);
});

test('a month of a sandbox: a plan, its trial, its first bill, by the client alone', async () => {
  await using owner = await newcomer('Buyer');
  const sandbox = await owner.sandbox.create({ name: 'a month' });
  const { organizationId: own } = (await owner.organizations.list()).find(({ name }) => name === 'Buyer Ltd') ?? {};
  await owner.organizations.switchTo(sandbox.organizationId);
  assert.ok((await owner.billing.plans()).some(({ code }) => code === 'pro'));
  const subscription = await owner.billing.subscribe({ planCode: 'pro' });
  assert.equal(subscription.state, 'TRIALING');
  const now = await owner.sandbox.advanceClock({ by: 'P20D' });
  assert.ok(now.getTime() > Date.now());

  // What a month takes away is the sign-in, as it should; the person comes back by their password.
  await owner.auth.signIn({ email: owner.email, password });
  await owner.organizations.switchTo(sandbox.organizationId);
  const [invoice] = (await owner.billing.invoices()).items;
  assert.ok(invoice);
  assert.ok((await owner.billing.invoice(invoice.id))?.lines.length);
  assert.equal((await owner.billing.cancel()).cancelAtPeriodEnd, true);
  // Nothing of it reached the organization that is no sandbox.
  await owner.organizations.switchTo(own ?? '');
  assert.deepEqual((await owner.billing.invoices()).items, []);
  await assert.rejects(owner.sandbox.advanceClock({ by: 'P1D' }), { code: 'SANDBOX_ONLY' });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createTestDatabase, query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signIn, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { until } from '../../harness/until.ts';

const list = `{ unreadCount notifications { edges { node { id kind readAt values { name value } } } } }`;

async function report(server: TestServer, person: Person, at: Date, count: number): Promise<void> {
  const response = await fetch(`${server.url}/internal/usage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${serviceToken}` },
    body: JSON.stringify({
      records: [
        {
          ...{ id: randomUUID(), organizationId: uuidOf(person.organizationId), apiKeyId: null },
          ...{ task: 'detection', model: 'nanodet-g@1', count, at: at.toISOString() },
        },
      ],
    }),
  });
  assert.equal(response.status, 200);
}

/** What somebody was told, oldest first: percent and use. */
async function toldTo(server: TestServer, { token }: Person): Promise<string[]> {
  const { notifications } = (await graphql(server, list, {}, { token })).expectData();
  const texts = (notifications.edges as { node: { values: { name: string; value: string }[] } }[]).map(({ node }) => {
    const values = Object.fromEntries(node.values.map(({ name, value }) => [name, value]));
    return `${values['percent']} % ${values['meter']} of ${values['limit']}`;
  });
  return texts.toReversed();
}

async function startWorld(hard: boolean) {
  await using opening = new AsyncDisposableStack();
  const { url: databaseUrl } = opening.use(await createTestDatabase());
  const mailbox = createMailbox();
  const clock = movableClock(new Date('2027-02-10T12:00:00Z'));
  const start = () => startTestServer({ databaseUrl, clock, ports: { mailer: mailbox.mailer } });
  const servers = [opening.use(await start()), opening.use(await start())] as const;
  await query(databaseUrl, `update "PlanVersion" set "predictionsPerPeriod" = 100, "predictionsAreHard" = ${hard}`);
  const owner = await signUp(servers[0]);
  const bill = await joinAs(servers[0], owner, 'BILLING');
  const viewer = await joinAs(servers[0], owner, 'VIEWER');
  const open = opening.move();
  const alerts = () =>
    query(databaseUrl, 'select "thresholdPercent" as p from "UsageAlert" order by "periodStartsAt", p');
  return {
    ...{ databaseUrl, servers, clock, owner, bill, viewer },
    alertMails: (to: Person) => mailbox.mails.filter((mail) => mail.to === to.email && mail.subject.includes('quota')),
    alerts: async () => (await alerts()).map(({ p }) => p),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

for (const hard of [true, false]) {
  test(`each threshold of a ${hard ? 'hard' : 'soft'} quota is told once in a period, however many notice`, async () => {
    await using world = await startWorld(hard);
    const { servers, clock, owner, bill, viewer } = world;
    // Fifty reports at once, by turns at two servers, over the first threshold.
    await Promise.all(Array.from({ length: 50 }, (_, n) => report(servers[n % 2 ? 0 : 1], owner, clock.now(), 1)));
    await until(async () => (await world.alerts()).length === 1);
    await Promise.all(Array.from({ length: 50 }, (_, n) => report(servers[n % 2 ? 0 : 1], owner, clock.now(), 1)));
    await until(async () => (await world.alerts()).length === 3);
    await report(servers[0], owner, clock.now(), 50);
    const expected = [50, 75, 100].map((percent) => `${percent} % PREDICTIONS of 100`);
    for (const person of [owner, bill]) {
      await until(async () => (await toldTo(servers[0], person)).length === 3);
      assert.deepEqual(await toldTo(servers[1], person), expected);
      await until(() => world.alertMails(person).length === 3);
      assert.match(world.alertMails(person)[0]!.subject, /has used 50 % of its quota/);
    }
    assert.deepEqual([await toldTo(servers[0], viewer), world.alertMails(viewer).length], [[], 0]);

    // The next period begins anew.
    clock.advance({ days: 20 });
    const again = await signIn(servers[0], owner.email);
    await report(servers[1], owner, clock.now(), 60);
    await until(async () => (await toldTo(servers[0], again)).length === 4);
    assert.deepEqual(await world.alerts(), [50, 75, 100, 50]);
  });
}

test('a notification is pushed, counts as unread until it is read, and is nobody else’s', async () => {
  await using world = await startWorld(true);
  const { servers, clock, owner, bill } = world;
  const [one, two] = servers;
  const added = 'subscription { notificationAdded { id kind values { name value } } }';
  const live = subscribe(two, added, {}, owner);
  const coming = [live.next(), live.next()];
  await until(async () => /subscriptions[^\n]* 1\n/.test(await (await fetch(`${two.url}/metrics`)).text()));
  await report(one, owner, clock.now(), 80);
  const told = (await Promise.all(coming)).map(({ value }) => value!.data!.notificationAdded);
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['usage.threshold', 'usage.threshold'],
  );
  await live.return();
  const ids = told.map(({ id }) => id as string);

  const read = 'mutation ($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) { count } }';
  const unread = async (person: Person) => (await graphql(one, list, {}, person)).expectData().unreadCount;
  assert.deepEqual([await unread(owner), await unread(bill)], [2, 2]);
  const mark = async (person: Person, input: object) =>
    (await graphql(one, read, { input }, person)).expectData().markNotificationsRead.count;
  assert.equal(await mark(bill, { ids }), 0, 'those of others are not there');
  assert.equal(await mark(owner, { ids: ids.slice(0, 1) }), 1);
  assert.equal(await unread(owner), 1);
  assert.equal(await mark(owner, {}), 1);
  assert.deepEqual([await unread(owner), await unread(bill)], [0, 2]);

  const node = 'query ($id: ID!) { node(id: $id) { id } }';
  assert.equal((await graphql(one, node, { id: ids[0] }, bill)).expectData().node, null);
  const key = await createKey(one, owner, ['READ']);
  (await graphql(one, list, {}, { token: key.secret })).expectCode('UNAUTHENTICATED');
  (await graphql(one, read, { input: {} }, { token: key.secret })).expectCode('UNAUTHENTICATED');
});

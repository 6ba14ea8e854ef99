import { uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { until } from '../../harness/until.ts';
import { subscribe } from '../../api/billing/billing.ts';
import { closeOf, inResult, runOn } from './scene.ts';
import type { Case, Scene } from './scene.ts';

/** Agrees limits with one organization, and waits until its server remembers nothing else. */
async function agree({ server }: Scene, person: Person, limits: Record<string, number>): Promise<void> {
  const all = Object.entries({ ...limits, requestsPerMinute: 4_321 });
  const rows = all.map(([name, value]) => `('${uuidOf(person.organizationId)}', '${name}', ${value}, 'test')`);
  const insert = 'insert into "OrganizationLimit" ("organizationId", "name", "value", "reason") values';
  await query(server.databaseUrl, `${insert} ${rows.join()}`);
  await until(async () => {
    const { headers } = await graphql(server, '{ __typename }', {}, person);
    return headers.get('ratelimit-policy')?.includes('q=4321') ?? false;
  });
}

/** Somebody who may have no socket and no stream. */
async function disconnected(scene: Scene): Promise<Person> {
  const person = await scene.newPerson('disconnected');
  await agree(scene, person, { maxLiveConnections: 0 });
  return person;
}

/** What plans and subscriptions refuse. */
export const billingCases: Case[] = [
  inResult('SUBSCRIPTION_CHANGE_REFUSED', async (scene) => ({
    field: 'subscribe',
    input: { planCode: 'free' },
    token: (await scene.newPerson('subscriber')).token,
  })),
  inResult('PAYMENT_REQUIRED', async (scene) => {
    const person = await scene.newPerson('debtor');
    await subscribe(scene.server, person, { planCode: 'pro', trial: false });
    await query(
      scene.server.databaseUrl,
      `update "Subscription" set "state" = 'CANCELED', "canceledAt" = now(), "pastDueSince" = now()
        where "organizationId" = '${uuidOf(person.organizationId)}'`,
    );
    return { field: 'subscribe', input: { planCode: 'pro' }, token: person.token };
  }),
  {
    code: 'PLAN_LIMIT_REACHED',
    on: 'close',
    provoke: async (scene) => closeOf(scene, { authorization: `Bearer ${(await disconnected(scene)).token}` }),
  },
  {
    code: 'PLAN_LIMIT_REACHED',
    on: 'sse',
    provoke: async (scene) =>
      runOn(scene, 'sse', {
        query: 'subscription { eventFeed(after: "0") { __typename } }',
        token: (await disconnected(scene)).token,
      }),
  },
];

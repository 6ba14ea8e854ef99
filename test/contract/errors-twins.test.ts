import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@sightline/server/http/cookies';
import { graphql } from '../harness/graphql.ts';
import { createKey, joinAs } from '../harness/people.ts';
import { accessCases } from './access-cases.ts';
import { attemptsOf, nodeTypes } from './matrix/attempts.ts';
import { createWorld, ghostId } from './matrix/world.ts';
import type { World } from './matrix/world.ts';
import { askOn, createPair, graphTransports, raw } from './twins/ask.ts';
import type { GraphTransport, Operation } from './twins/ask.ts';

/*
 * What somebody may not see must answer exactly as what is not there: the same status, the same headers, the same body,
 * byte for byte, whoever asks and by whatever road. The types are those of the schema, the fields those of the access
 * cases, the routes those that the server has: what is new and has no twin fails.
 */

let world: World;
/** By type, what is there; and by the same names what is not. */
let there: Record<string, string>;
let ghosts: Record<string, string>;
/** Who may see none of it. */
const askers: Record<string, string | null> = {};
let member: string;

before(async () => {
  world = await createWorld();
  const { server, owner, stranger, victim } = world;
  there = { PlanSubscription: await subscriptionOf(owner.organizationId), ...victim.ids };
  ghosts = Object.fromEntries(Object.entries(there).map(([type, id]) => [type, ghostId(id)]));
  askers['a stranger'] = stranger.token;
  askers['a stranger’s key'] = (await createKey(server, stranger, ['READ', 'WRITE', 'AUDIT'])).secret;
  askers['nobody'] = null;
  member = (await joinAs(server, owner, 'BILLING', 'twin')).token;
});
after(() => world[Symbol.asyncDispose]());

/** By hand: what it buys is of no matter here. */
async function subscriptionOf(organizationId: string): Promise<string> {
  const id = randomUUID();
  await world.sql(
    `insert into "Subscription" ("id", "organizationId", "planVersionId", "state", "createdAt", "anchorAt",
        "periodStartsAt", "periodEndsAt")
      select $1, $2, "id", 'ACTIVE', date_trunc('day', now()), date_trunc('day', now()), date_trunc('day', now()),
        date_trunc('day', now()) + interval '1 month' from "PlanVersion" limit 1`,
    [id, uuidOf(organizationId)],
  );
  return idOf('PlanSubscription', id);
}

const uuidOf = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1] ?? '';
const idOf = (type: string, uuid: string) => Buffer.from(`${type}:${uuid}`).toString('base64url');

/** As if nothing that is there were: an answer may repeat what was sent, which is of the same length. */
const withoutIds = (text: string, ids: Record<string, string>) =>
  Object.entries(ids).reduce((rest, [type, id]) => rest.replaceAll(id, type).replaceAll(uuidOf(id), `${type}’s`), text);

/** How many pairs were looked at. */
let pairCount = 0;

/** The same operation about what is there and about what is not, on each transport. */
async function assertTwins(
  what: string,
  { query, variables }: Operation,
  token: string | null,
  transports: readonly GraphTransport[] = graphTransports,
) {
  const asked = JSON.stringify(variables);
  const about = (ids: Record<string, string>): Operation => {
    const text = Object.entries(there).reduce((rest, [type, id]) => rest.replaceAll(id, ids[type]!), asked);
    return { query, variables: JSON.parse(text) as Record<string, unknown> };
  };
  await Promise.all(
    transports.map(async (on) => {
      const pair = createPair();
      const [real, ghost] = await Promise.all([
        askOn(on, world.server, about(there), token, pair),
        askOn(on, world.server, about(ghosts), token, pair),
      ]);
      assert.equal(withoutIds(real, there), withoutIds(ghost, ghosts), `${what}, ${on}`);
      pairCount += 1;
    }),
  );
}

test('there is one of every type that an id may name', () => {
  const missing = nodeTypes.filter((type) => !there[type]);
  assert.deepEqual(missing, [], 'Make one, here or in test/contract/matrix/world.ts.');
});

describe('every type by its id, for everybody, on HTTP, as a stream and on a WebSocket', () => {
  const one = 'query ($id: ID!) { node(id: $id) { __typename id } }';
  const many = 'query ($id: ID!) { nodes(ids: [$id]) { __typename id } }';
  for (const type of nodeTypes) {
    test(type, async () => {
      for (const [who, token] of Object.entries(askers)) {
        for (const query of [one, many])
          await assertTwins(`${type}, ${who}`, { query, variables: { id: there[type] } }, token);
      }
    });
  }

  test('and for a member who may not see it, of the same organization', async () => {
    const hidden: string[] = [];
    for (const type of nodeTypes) {
      const { data } = await graphql(world.server, one, { id: there[type] }, { token: member });
      if (data?.node) continue;
      hidden.push(type);
      await assertTwins(`${type}, a member`, { query: one, variables: { id: there[type] } }, member);
    }
    for (const type of ['Source', 'Session', 'Event', 'Artifact', 'ApiKey', 'Invitation', 'SignIn']) {
      assert.ok(hidden.includes(type), `${type} is shown to whoever has no permission`);
    }
  });
});

describe('every field that takes an id', () => {
  for (const [key, accessCase] of Object.entries(accessCases)) {
    if (accessCase.each || accessCase.consumes) continue;
    test(key, async () => {
      const variables = accessCase.variables(world.victim);
      const text = JSON.stringify(variables);
      // What takes no id has no twin.
      if (!Object.values(there).some((id) => text.includes(id))) return;
      for (const { operation: query } of attemptsOf(key, accessCase)) {
        for (const [who, token] of Object.entries(askers)) {
          // The roads are the same whoever takes them.
          const transports = who === 'a stranger' ? graphTransports : graphTransports.slice(0, 1);
          await assertTwins(`${key}, ${who}`, { query, variables }, token, transports);
        }
      }
    });
  }
});

type Route = { /** Addresses with these ids in them. */ pairs(ids: Record<string, string>): string[] };

const json = (body: object, headers: Record<string, string> = {}): RequestInit => ({
  ...{ method: 'POST', body: JSON.stringify(body) },
  headers: { 'content-type': 'application/json', ...headers },
});

/** Routes that an id comes to in their address. Signed links are looked at below. */
const routesWithIds: Record<string, Route | 'links' | 'names' | 'service'> = {
  'GET /files/*': 'links',
  'PUT /files/*': 'links',
  // For sidecars, who have the service's own token; all others are refused before their id is looked at.
  'POST /internal/sessions/:id/batches': 'service',
  // Codes and providers are nobody's.
  'GET /errors/:code': 'names',
  // Files of the console are everybody's.
  'GET /assets/:file': 'names',
  'GET /*': 'names',
  'GET /identity/callback/:provider': 'names',
  'POST /identity/callback/:provider': 'names',
  'GET /invoices/:file': {
    pairs: ({ Invoice, Source }) =>
      [`${Invoice}.pdf`, `${Invoice}.csv`, `${Source}.pdf`].map((file) => `/invoices/${file}`),
  },
};

test('every route with an id in its address', async () => {
  const routes = world.server.app.routes.map(({ method, url }) => `${method} ${url}`);
  const withIds = routes.filter((route) => /[:*]/.test(route));
  assert.deepEqual(
    withIds.filter((route) => !(route in routesWithIds)),
    [],
    'Add them to routesWithIds.',
  );
  for (const route of withIds) {
    const twins = routesWithIds[route]!;
    if (typeof twins === 'string') continue;
    for (const [who, token] of Object.entries({ ...askers, 'a member': await signedUpGuest() })) {
      const headers = { ...(token && { authorization: `Bearer ${token}` }) };
      const ask = (ids: Record<string, string>): Promise<string[]> =>
        Promise.all(twins.pairs(ids).map((path) => raw(world.server, path, { headers })));
      const [real, ghost] = await Promise.all([ask(there), ask(ghosts)]);
      assert.equal(withoutIds(String(real), there), withoutIds(String(ghost), ghosts), `${route}, ${who}`);
      pairCount += 1;
    }
  }
});

/** A member who may not see bills. */
const signedUpGuest = async () => (await joinAs(world.server, world.owner, 'VIEWER', 'guest')).token;

test('the page that changes to an organization, with its id in the body', async () => {
  const { server, stranger } = world;
  const cookie = `${cookieNames.access}=${stranger.token}`;
  const session = await fetch(`${server.url}/session`, { headers: { cookie, origin: server.url } });
  const { csrfToken } = (await session.json()) as { csrfToken: string };
  const headers = { cookie, origin: server.url, 'x-csrf-token': csrfToken };
  for (const type of ['Organization', 'Source']) {
    const ask = (ids: Record<string, string>) =>
      raw(server, '/session/organization', json({ organizationId: ids[type] }, headers));
    const answer = await ask(there);
    assert.match(answer, /NOT_FOUND/);
    assert.equal(withoutIds(answer, there), withoutIds(await ask(ghosts), ghosts), type);
  }
});

test('signed links: what is there and what is not are refused alike without the right signature', async () => {
  const { server, owner, stranger } = world;
  const { events } = (
    await graphql(server, '{ events(last: 1) { edges { node { snapshot { url } } } } }', {}, owner)
  ).expectData();
  const creating = `mutation { createUpload(input: { fileName: "a.jpg", contentType: "image/jpeg", byteSize: 4 }) {
    ... on CreateUploadPayload { url } } }`;
  const linkOf = async (person: typeof owner) =>
    (await graphql(server, creating, {}, person)).expectData().createUpload.url as string;
  const links: Record<string, [method: string, url: string]> = {
    'a snapshot': ['GET', events.edges[0].node.snapshot.url],
    'an upload': ['PUT', await linkOf(owner)],
  };
  const foreign = new URL(await linkOf(stranger)).search;
  assert.equal((await fetch(links['a snapshot']![1])).status, 200, 'the link itself is good');
  for (const [what, [right, link]] of Object.entries(links)) {
    const { pathname, search } = new URL(link);
    const other = pathname.replace(/[^/]+$/, randomUUID());
    const queries = {
      'no signature': '',
      'a wrong one': search.replace(/signature=(.)/, (_all, first) => `signature=${first === 'a' ? 'b' : 'a'}`),
      'one of somebody else’s file': foreign,
      later: search.replace(/expires=\d+/, 'expires=9999999999'),
      'something else': '?x=1',
    };
    for (const [how, query] of Object.entries(queries)) {
      for (const method of new Set([right, 'GET', 'PUT'])) {
        const init = { method, ...(method === 'PUT' && { body: 'x', headers: { 'content-type': 'image/jpeg' } }) };
        const [real, ghost] = await Promise.all([pathname, other].map((path) => raw(server, `${path}${query}`, init)));
        assert.equal(real, ghost, `${what}, ${how}, ${method}`);
        assert.match(real!, /^403 /);
        pairCount += 1;
      }
    }
  }
});

test('that was a great deal', (t) => {
  t.diagnostic(`${pairCount} pairs`);
  assert.ok(pairCount >= 400, String(pairCount));
});

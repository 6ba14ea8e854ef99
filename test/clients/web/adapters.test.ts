import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApolloClient, ApolloLink, InMemoryCache, gql } from '@apollo/client';
import type { TypedDocumentNode } from '@apollo/client';
import { RetryLink } from '@apollo/client/link/retry';
import { AuthenticationError, BaseClient, ConnectionError } from '@sightline/core';
import type { ClientOptions } from '@sightline/core';
import { createSightlineLink } from '@sightline/web/apollo';
import { sightlineErrorOf, sightlineExchange } from '@sightline/web/urql';
import { Client as UrqlClient, cacheExchange, mapExchange } from '@urql/core';
import { createFakeInference, opened } from '../../harness/fake-inference.ts';
import { signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';

type Teams = {
  viewer: { organization: { teams: { edges: readonly { node: { id: string; name: string } }[] } } } | null;
};
type CreateTeam = { createTeam: { __typename: string; team?: { id: string; name: string } } };
type Feed = { eventFeed: { __typename: string; type?: string } };

const teams: TypedDocumentNode<Teams, Record<string, never>> = gql`
  query Teams {
    viewer {
      organization {
        teams(first: 10) {
          edges {
            node {
              id
              name
            }
          }
        }
      }
    }
  }
`;
const mine: TypedDocumentNode<{ sources: { __typename: string } }, Record<string, never>> = gql`
  query Mine {
    sources(first: 1) {
      __typename
    }
  }
`;
const createTeam: TypedDocumentNode<CreateTeam, { name: string }> = gql`
  mutation CreateTeam($name: String!) {
    createTeam(input: { name: $name }) {
      __typename
      ... on CreateTeamPayload {
        team {
          id
          name
        }
      }
    }
  }
`;
const feed: TypedDocumentNode<Feed, { after: string }> = gql`
  subscription Feed($after: String) {
    eventFeed(after: $after) {
      __typename
      ... on Event {
        type
      }
    }
  }
`;

const { inference, nextRun } = createFakeInference();
let server: TestServer;
before(async () => {
  server = await startTestServer({ inference });
});
after(() => server[Symbol.asyncDispose]());

const clientOf = (person: Person | null, options: ClientOptions = {}) =>
  new BaseClient({ baseUrl: server.url, ...(person && { token: person.token }), ...options });

const namesOf = (data: Teams | undefined): string[] =>
  (data?.viewer?.organization.teams.edges ?? []).map(({ node }) => node.name);

/** Does what is asked, and loses the answer to the first mutation. */
function loseFirstAnswer(): { fetch: typeof fetch; keys: (string | null)[] } {
  const keys: (string | null)[] = [];
  return {
    keys,
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      const key = new Headers(init?.headers).get('idempotency-key');
      if (!String(init?.body).includes('mutation')) return answer;
      keys.push(key);
      if (keys.length === 1) throw new TypeError('The answer was lost.');
      return answer;
    },
  };
}

async function happen(person: Person): Promise<void> {
  await startSession(server, person, await createSource(server, person));
  const run = await nextRun();
  run.send(opened);
}

async function subscriptions(): Promise<number> {
  const response = await fetch(`${server.url}/metrics`);
  return Number(/^graphql_subscriptions (\d+)$/m.exec(await response.text())?.[1]);
}

test('Apollo Client queries, writes once however often it sends, and keeps the code of what is refused', async () => {
  const person = await signUp(server, 'apollo');
  const lossy = loseFirstAnswer();
  const client = clientOf(person, { maxRetries: 0, fetch: lossy.fetch });
  const retry = new RetryLink({
    delay: { initial: 1, jitter: false },
    attempts: (_count, _operation, error) => error instanceof ConnectionError,
  });
  const link = ApolloLink.from([retry, createSightlineLink(client)]);
  const apollo = new ApolloClient({ link, cache: new InMemoryCache() });
  const written = await apollo.mutate({ mutation: createTeam, variables: { name: 'Night shift' } });
  assert.equal(written.data?.createTeam.team?.name, 'Night shift');
  assert.equal(lossy.keys.length, 2);
  assert.equal(new Set(lossy.keys).size, 1);
  const read = await apollo.query({ query: teams, fetchPolicy: 'network-only' });
  const names: string[] = namesOf(read.data);
  assert.deepEqual(names, ['Night shift']);

  const stranger = new ApolloClient({ link: createSightlineLink(clientOf(null)), cache: new InMemoryCache() });
  await assert.rejects(stranger.query({ query: mine }), (error) => {
    assert.ok(error instanceof AuthenticationError);
    assert.deepEqual([error.code, typeof error.requestId], ['UNAUTHENTICATED', 'string']);
    return true;
  });
});

test('Apollo Client subscribes over our socket, and leaves the server', async () => {
  const person = await signUp(server, 'apollo-feed');
  await using client = clientOf(person);
  const apollo = new ApolloClient({ link: createSightlineLink(client), cache: new InMemoryCache() });
  const seen: (string | undefined)[] = [];
  const subscription = apollo
    .subscribe({ query: feed, variables: { after: '0' } })
    .subscribe(({ data }) => void seen.push(data?.eventFeed.type));
  await until(async () => (await subscriptions()) === 1);
  await happen(person);
  await until(() => seen.length === 1);
  assert.deepEqual(seen, ['SESSION_STARTED']);
  subscription.unsubscribe();
  await until(async () => (await subscriptions()) === 0);

  const stranger = new ApolloClient({ link: createSightlineLink(clientOf(null)), cache: new InMemoryCache() });
  const failed: unknown[] = [];
  stranger.subscribe({ query: feed, variables: { after: '0' } }).subscribe({
    next: ({ error }) => void failed.push(error),
    error: (error) => void failed.push(error),
  });
  await until(() => failed.length > 0);
  assert.ok(failed[0] instanceof AuthenticationError);
});

test('urql queries, writes with a key of its own, and keeps the code of what is refused', async () => {
  const person = await signUp(server, 'urql');
  const lossy = loseFirstAnswer();
  const client = clientOf(person, { fetch: lossy.fetch, backoff: () => 1 });
  const outcomes: string[] = [];
  const told = mapExchange({ onResult: ({ operation }) => void outcomes.push(operation.kind) });
  const urql = new UrqlClient({
    url: server.url,
    exchanges: [cacheExchange, told, sightlineExchange(client)],
    preferGetMethod: false,
  });
  const written = await urql.mutation(createTeam, { name: 'Day shift' }).toPromise();
  assert.equal(written.error, undefined);
  assert.equal(written.data?.createTeam.team?.name, 'Day shift');
  assert.equal(lossy.keys.length, 2);
  assert.equal(new Set(lossy.keys).size, 1);
  await urql.mutation(createTeam, { name: 'Weekend' }).toPromise();
  assert.equal(new Set(lossy.keys).size, 2);
  const read = await urql.query(teams, {}).toPromise();
  const names: string[] = namesOf(read.data);
  assert.deepEqual(names.toSorted(), ['Day shift', 'Weekend']);
  assert.deepEqual(outcomes, ['mutation', 'mutation', 'query']);

  const stranger = new UrqlClient({
    url: server.url,
    exchanges: [sightlineExchange(clientOf(null))],
    preferGetMethod: false,
  });
  const refused = await stranger.query(mine, {}).toPromise();
  assert.equal(refused.error?.graphQLErrors[0]?.extensions['code'], 'UNAUTHENTICATED');
  assert.ok(sightlineErrorOf(refused.error) instanceof AuthenticationError);

  const nowhere = new UrqlClient({
    url: server.url,
    exchanges: [sightlineExchange(clientOf(null, { baseUrl: 'http://127.0.0.1:1', maxRetries: 0 }))],
    preferGetMethod: false,
  });
  const lost = await nowhere.query(teams, {}).toPromise();
  assert.ok(lost.error?.networkError instanceof ConnectionError);
  assert.equal(sightlineErrorOf(undefined), null);
});

test('urql subscribes over our socket, and leaves the server', async () => {
  const person = await signUp(server, 'urql-feed');
  await using client = clientOf(person);
  const urql = new UrqlClient({ url: server.url, exchanges: [sightlineExchange(client)], preferGetMethod: false });
  const seen: (string | undefined)[] = [];
  const { unsubscribe } = urql
    .subscription(feed, { after: '0' })
    .subscribe(({ data }) => void (data && seen.push(data.eventFeed.type)));
  await until(async () => (await subscriptions()) === 1);
  await happen(person);
  await until(() => seen.length === 1);
  assert.deepEqual(seen, ['SESSION_STARTED']);
  unsubscribe();
  await until(async () => (await subscriptions()) === 0);
});

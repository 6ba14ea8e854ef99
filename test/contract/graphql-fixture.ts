import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGraphqlHttp } from '@sightline/server/http/graphql/graphql-http';
import type { GraphqlHttpOptions } from '@sightline/server/http/graphql/graphql-http';
import { createLogger } from '@sightline/server/infra/logger';
import { DomainError } from '@sightline/server/errors/domain-error';
import { NotFoundError, UnauthenticatedError } from '@sightline/server/errors/request-errors';
import {
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import type { GraphQLFieldConfigMap } from 'graphql';

export type FixtureContext = { caller: string | null; requestId: string };

const nonNull = <Type extends ConstructorParameters<typeof GraphQLNonNull>[0]>(type: Type) => new GraphQLNonNull(type);
const pageArguments = { first: { type: GraphQLInt }, last: { type: GraphQLInt } };
const pageCost = ({ first, last }: { first?: number; last?: number }) => ({
  field: 1,
  multiplier: first ?? last ?? 20,
});

class BusyError extends DomainError {
  readonly code = 'RATE_LIMITED';
  override readonly retryAfterMs = 1500;
}

const item: GraphQLObjectType = new GraphQLObjectType({
  name: 'Item',
  fields: (): GraphQLFieldConfigMap<{ id: string }, FixtureContext> => ({
    id: { type: nonNull(GraphQLID) },
    name: { type: GraphQLString, resolve: ({ id }) => `item ${id}` },
    self: { type: item, resolve: (self) => self },
    items: {
      type: nonNull(new GraphQLList(nonNull(item))),
      args: pageArguments,
      extensions: { complexity: pageCost },
      resolve: (_self, args) => itemsOf(args),
    },
  }),
});

const query = new GraphQLObjectType<unknown, FixtureContext>({
  name: 'Query',
  fields: {
    hello: {
      type: nonNull(GraphQLString),
      args: { name: { type: GraphQLString } },
      resolve: (_root, { name }) => `hello ${name ?? ''}`,
    },
    caller: { type: GraphQLString, resolve: (_root, _args, { caller }) => caller },
    item: { type: item, resolve: () => ({ id: '1' }) },
    items: {
      type: nonNull(new GraphQLList(nonNull(item))),
      args: pageArguments,
      extensions: { complexity: pageCost },
      resolve: (_root, args) => itemsOf(args),
    },
    nodes: {
      type: new GraphQLList(item),
      args: { ids: { type: nonNull(new GraphQLList(nonNull(GraphQLID))) } },
      extensions: { complexity: ({ ids }: { ids: string[] }) => ({ field: 1, multiplier: ids.length }) },
      resolve: (_root, { ids }) => ids.map((id: string) => ({ id })),
    },
    text: {
      type: GraphQLString,
      args: { size: { type: nonNull(GraphQLInt) } },
      resolve: (_root, { size }) => 'x'.repeat(size),
    },
    missing: {
      type: item,
      resolve: () => {
        throw new NotFoundError('Item', 'secret id');
      },
    },
    busy: {
      type: item,
      resolve: () => {
        throw new BusyError('Come back later.');
      },
    },
    bug: {
      type: item,
      resolve: () => {
        throw new Error('password=secret');
      },
    },
    nothing: { type: nonNull(item), resolve: () => null },
    wrong: { type: GraphQLInt, resolve: () => 'secret text' },
    later: {
      type: item,
      resolve: async () => {
        throw new Error('password=secret');
      },
    },
    never: { type: item, resolve: () => new Promise(() => {}) },
  },
});

const mutation = new GraphQLObjectType({
  name: 'Mutation',
  fields: { touch: { type: nonNull(GraphQLString), resolve: () => 'touched' } },
});

const subscription = new GraphQLObjectType<unknown, FixtureContext>({
  name: 'Subscription',
  fields: {
    ticks: {
      type: nonNull(GraphQLInt),
      args: { upTo: { type: nonNull(GraphQLInt) } },
      resolve: (tick) => tick,
      subscribe: async function* (_root, { upTo }) {
        for (let tick = 1; tick <= upTo; tick += 1) yield tick;
      },
    },
    silence: { type: GraphQLInt, subscribe: () => silence() },
    secrets: {
      type: GraphQLInt,
      subscribe: () => {
        throw new UnauthenticatedError();
      },
    },
    breaking: {
      type: GraphQLInt,
      resolve: (tick) => tick,
      subscribe: async function* () {
        yield 1;
        throw new Error('password=secret');
      },
    },
  },
});

export const fixtureSchema = new GraphQLSchema({ query, mutation, subscription });

/** How many `silence` subscriptions wait right now, and a way to see that change. */
export const silences = { open: 0, changed: new EventTarget() };

function silence(): AsyncIterableIterator<number> {
  silences.open += 1;
  return {
    next: () => new Promise(() => {}),
    return: async () => {
      silences.open -= 1;
      silences.changed.dispatchEvent(new Event('change'));
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function itemsOf({ first, last }: { first?: number; last?: number }) {
  return Array.from({ length: first ?? last ?? 20 }, (_, index) => ({ id: String(index) }));
}

type FixtureOptions = Partial<GraphqlHttpOptions<FixtureContext>>;

/** The real transport over a small schema, listening. Bearer `good` is somebody, no header is nobody. */
export async function startFixture(options: FixtureOptions = {}) {
  const logs: string[] = [];
  const graphql = createGraphqlHttp<FixtureContext>({
    schema: fixtureSchema,
    log: createLogger('debug', { write: (line) => void logs.push(line) }),
    contextFor: async ({ headers, requestId }) => {
      const { authorization } = headers;
      if (authorization !== undefined && !authorization.startsWith('Bearer good')) throw new UnauthenticatedError();
      return { caller: authorization?.slice('Bearer '.length) ?? null, requestId };
    },
    ...options,
  });
  const server = createServer(graphql.handle);
  graphql.attachWebSocket(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    wsUrl: `ws://127.0.0.1:${port}/graphql`,
    port,
    graphql,
    logs,
    async [Symbol.asyncDispose]() {
      await graphql.dispose();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

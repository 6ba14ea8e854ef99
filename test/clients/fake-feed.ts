import type { GraphQLSchema } from 'graphql';
import { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { loadSchema, startFakeServer } from './fake-server.ts';
import type { FakeServer } from './fake-server.ts';

type Subscription = { after: string | null; filter: Record<string, unknown> | null };

export type FakeFeed = AsyncDisposable & {
  url: string;
  http: FakeServer;
  /** Every subscription that was opened, in order, and how many of them are open. */
  subscriptions: Subscription[];
  readonly openCount: number;
  /** Credentials that sockets were opened with. */
  authorizations: (string | undefined)[];
  append(count: number): void;
  /** Cuts every connection, as a crash does; or closes it with a code. */
  cut(code?: number, reason?: string): void;
  /** Stops reading from every connection there is, as a machine that lost its network does. */
  freeze(): void;
  /** Resolves as soon as the condition holds; it is looked at whenever something happens here. */
  until(condition: () => boolean): Promise<void>;
};

type Options = {
  /** How many events before the cursor are sent again, as a server that is not careful might. */
  repeat?: number;
  /** The first number that is still kept. */
  firstKept?: number;
  /** Runs before each event is sent. */
  beforeEvent?: (feed: FakeFeed, seq: number) => void;
  /** A code to refuse subscriptions with. */
  refuse?: string;
};

/** A feed of numbered events over real WebSockets, which misbehaves as told. */
export async function startFakeFeed({
  repeat = 0,
  firstKept = 1,
  beforeEvent,
  refuse,
}: Options = {}): Promise<FakeFeed> {
  const http = await startFakeServer();
  const schema = await loadSchema();
  const sockets = new WebSocketServer({ server: http.server, path: '/graphql' });
  let last = 0;
  let openCount = 0;
  let waiting: { condition: () => boolean; resolve: () => void }[] = [];
  const changed = () => {
    for (const one of waiting) if (one.condition()) one.resolve();
    waiting = waiting.filter(({ condition }) => !condition());
  };

  const feed: FakeFeed = {
    url: http.url,
    http,
    subscriptions: [],
    get openCount() {
      return openCount;
    },
    authorizations: [],
    append(count) {
      last += count;
      changed();
    },
    cut(code, reason = 'as the test asked') {
      for (const socket of sockets.clients) {
        if (code === undefined) socket.terminate();
        else socket.close(code, reason);
      }
    },
    freeze() {
      for (const socket of sockets.clients) socket.pause();
    },
    until: (condition) => new Promise((resolve) => (condition() ? resolve() : waiting.push({ condition, resolve }))),
    async [Symbol.asyncDispose]() {
      feed.cut();
      await server.dispose();
      await http[Symbol.asyncDispose]();
    },
  };

  function subscribe(_root: unknown, wanted: Partial<Subscription>): AsyncGenerator<unknown, void, undefined> {
    let left = false;
    const items = follow(wanted, () => left);
    return Object.assign(Object.create(items) as typeof items, {
      next: () => items.next(),
      // A generator that waits for an event does not hear that its reader has left.
      return: () => {
        left = true;
        changed();
        return items.return();
      },
    });
  }

  async function* follow({ after = null, filter = null }: Partial<Subscription>, hasLeft: () => boolean) {
    feed.subscriptions.push({ after, filter });
    openCount += 1;
    changed();
    try {
      if (refuse)
        throw new GraphQLError(`about ${refuse}`, { extensions: { code: refuse, retryable: false, requestId: 'r' } });
      let seq = after === null ? last : Math.max(0, Number(after) - repeat);
      if (after !== null && seq + 1 < firstKept) {
        yield { eventFeed: { __typename: 'Gap', fromSeq: seq + 1, toSeq: firstKept - 1 } };
        seq = firstKept - 1;
      }
      for (;;) {
        await feed.until(() => last > seq || hasLeft());
        if (hasLeft()) return;
        seq += 1;
        beforeEvent?.(feed, seq);
        yield { eventFeed: eventOf(seq) };
      }
    } finally {
      openCount -= 1;
      changed();
    }
  }

  resolveWith(schema, subscribe);
  const server = useServer(
    {
      schema,
      onConnect: ({ connectionParams }) => {
        feed.authorizations.push(connectionParams?.['authorization'] as string);
        changed();
      },
    },
    sockets,
  );
  return feed;
}

function resolveWith(
  schema: GraphQLSchema,
  subscribe: (root: unknown, args: Partial<Subscription>) => AsyncGenerator,
): void {
  const field = schema.getSubscriptionType()?.getFields()['eventFeed'];
  if (!field) throw new Error('The schema has no eventFeed.');
  field.subscribe = subscribe;
}

function eventOf(seq: number) {
  return {
    __typename: 'Event',
    id: `event-${seq}`,
    seq,
    cursor: String(seq),
    type: 'OBJECT_UPDATED',
    occurredAt: '2026-01-01T00:00:00.000Z',
    recordedAt: '2026-01-01T00:00:00.000Z',
    label: 'person',
  };
}

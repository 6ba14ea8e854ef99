import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { frame, opened } from '../harness/fake-inference.ts';
import type { createFakeInference, FakeRun } from '../harness/fake-inference.ts';
import type { Person } from '../harness/people.ts';
import type { TestServer } from '../harness/server.ts';
import { createSource, startSession } from '../harness/sources.ts';
import { subscribe } from '../harness/subscribe.ts';

export type Transport = 'sse' | 'ws';
export const transports: Transport[] = ['sse', 'ws'];

export type LiveItem =
  | { __typename: 'Event'; seq: number; label: string | null }
  | { __typename: 'Gap'; fromSeq: number; toSeq: number };
type Answer = { data?: { eventFeed: LiveItem } | null; errors?: readonly { extensions?: Record<string, unknown> }[] };

type Options = { token: string; transport: Transport; after?: string; filter?: Record<string, unknown> };

const document = `subscription ($after: String, $filter: EventFilter) {
  eventFeed(after: $after, filter: $filter) { __typename ... on Event { seq label source { id } } ... on Gap { fromSeq toSeq } }
}`;

/** The event feed as a client sees it. Leaving the scope ends it. */
export function follow(server: { url: string }, { token, transport, after, filter }: Options) {
  const variables = { after, filter };
  // A generator that waits hears `return` only after its wait: what it waits for is ended first.
  const leaving = new AbortController();
  const { signal } = leaving;
  const answers: AsyncGenerator<Answer, unknown, undefined> =
    transport === 'sse'
      ? subscribe(server, document, variables, { token, signal })
      : overSocket(server, variables, token, signal);

  async function next(): Promise<Answer | null> {
    const step = await answers.next();
    return step.done ? null : step.value;
  }

  return {
    next,
    /** The next items; fails on an error or an end. */
    async take(count: number): Promise<LiveItem[]> {
      const items: LiveItem[] = [];
      while (items.length < count) {
        const answer = await next();
        if (!answer?.data) throw new Error(`After ${items.length} of ${count} items: ${JSON.stringify(answer)}`);
        items.push(answer.data.eventFeed);
      }
      return items;
    },
    /** The code that ended it. */
    async endingCode(): Promise<unknown> {
      const codes = [];
      for (let answer = await next(); answer; answer = await next()) {
        codes.push(...(answer.errors ?? []).map(({ extensions }) => extensions?.['code']));
      }
      return codes.join();
    },
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await answers.return(undefined).catch(() => {});
    },
  };
}

async function* overSocket(
  { url }: { url: string },
  variables: object,
  token: string,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazyCloseTimeout: 0,
  });
  const answers = client.iterate({ query: document, variables: { ...variables } });
  signal.addEventListener('abort', () => void answers.return?.());
  try {
    for await (const answer of { [Symbol.asyncIterator]: () => answers }) yield answer as Answer;
  } catch (error) {
    // A subscription that is refused before it starts: graphql-ws rejects with the errors of the answer.
    if (!Array.isArray(error)) throw isClosing(error) ? new Error(`closed with ${error.code} ${error.reason}`) : error;
    yield { errors: error };
  } finally {
    await answers.return?.();
    await client.dispose();
  }
}

/** What graphql-ws rejects with for a socket that closed, and which prints as an empty object. */
const isClosing = (error: unknown): error is { code: number; reason: string } =>
  typeof error === 'object' && error !== null && 'code' in error && 'reason' in error;

export const seqsOf = (items: LiveItem[]) =>
  items.map((item) => (item.__typename === 'Gap' ? `${item.fromSeq}-${item.toSeq}` : item.seq));

/** A session whose sidecar is the test: each `tell` is one frame with `count` events in it, recorded when it resolves. */
export async function startDrivenSession(
  server: TestServer,
  person: Person,
  { nextRun }: Pick<ReturnType<typeof createFakeInference>, 'nextRun'>,
) {
  const id = await startSession(server, person, await createSource(server, person));
  const run: FakeRun = await nextRun();
  run.send(opened);
  let index = 0;
  return {
    id,
    run,
    /** Events of one frame: the feed grows by as many. */
    tell(count: number, label = 'person'): void {
      const tracks = Array.from({ length: count }, (_, n) => ({
        trackNumber: n + 1,
        change: 'updated' as const,
        label,
      }));
      run.send(frame(index, tracks));
      index += 1;
    },
  };
}

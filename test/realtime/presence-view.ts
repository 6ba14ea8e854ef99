import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Answer } from '../harness/answer.ts';
import { graphql } from '../harness/graphql.ts';
import { until } from '../harness/until.ts';

const presence = `subscription ($sourceId: ID) {
  presence(sourceId: $sourceId) { sourceId presentCount present { userId name since activity } }
}`;

/** Presence as a client sees it, over a socket of its own. Leaving the scope ends it. */
export function watchPresence(server: { url: string }, { token }: { token: string }, sourceId: string | null) {
  const seen: Answer[] = [];
  const codes: unknown[] = [];
  let isOver = false;
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazyCloseTimeout: 0,
  });
  client.subscribe(
    { query: presence, variables: { sourceId } },
    {
      next: ({ data, errors }) => {
        if (data) seen.push(data['presence'] as Answer);
        codes.push(...(errors ?? []).map(({ extensions }) => extensions?.['code']));
      },
      error: (error) => {
        isOver = true;
        // Refused before it began: the errors of the answer; else the socket went.
        codes.push(...(Array.isArray(error) ? error.map(({ extensions }) => extensions?.code) : ['CLOSED']));
      },
      complete: () => (isOver = true),
    },
  );
  const names = () => (seen.at(-1)?.present ?? []).map(({ name }: Answer) => name.split(' ')[0]).join(' ');
  return {
    seen,
    /** Who is there, by the first word of their names, in their order. */
    names,
    /** What somebody does, by the first word of their name. */
    activityOf: (name: string): string | null =>
      seen.at(-1)?.present.find((person: Answer) => person.name.startsWith(name))?.activity ?? null,
    shows: (expected: string) => until(() => names() === expected),
    /** The codes with which it ended. */
    async ended(): Promise<string> {
      await until(() => isOver || codes.length > 0);
      return codes.join();
    },
    [Symbol.asyncDispose]: async () => client.dispose(),
  };
}

/** Whether anybody sees what the person says they do. */
export async function setActivity(
  server: { url: string },
  { token }: { token: string },
  input: { sourceId?: string | null; activity?: string | null },
): Promise<boolean> {
  const mutation = 'mutation ($input: SetActivityInput!) { setActivity(input: $input) { isShown } }';
  return (await graphql(server, mutation, { input }, { token })).expectData().setActivity.isShown;
}

import type { BaseClient, CallOptions, TypedDocument } from '@sightline/core';

/** What an adapter needs of a client: any of ours has it. */
export type AdapterClient = Pick<BaseClient<unknown>, 'graphql' | 'subscribe'>;

export type Outcome = {
  /** A result; subscriptions have many. */
  onData(data: Record<string, unknown>): void;
  onError(error: unknown): void;
  onEnd(): void;
};

type Asked = { kind: string; document: string; variables: object };

/**
 * Runs one operation of somebody else's client by ours, with its sign-in, keys, retries and socket. The result ends it
 * without calling anybody again; a subscription is then over on the server, too.
 */
export function runDocument(
  client: AdapterClient,
  { kind, document, variables }: Asked,
  options: CallOptions,
  { onData, onError, onEnd }: Outcome,
): () => void {
  const leaving = new AbortController();
  const { signal } = leaving;
  const text = document as TypedDocument<Record<string, unknown>, object>;
  async function run(): Promise<void> {
    if (kind !== 'subscription') {
      const data = await client.graphql(text, variables, { ...options, signal });
      if (!signal.aborted) onData(data);
      return;
    }
    for await (const data of client.subscribe(text, variables, { signal })) if (!signal.aborted) onData(data);
  }
  void run().then(
    () => void (signal.aborted || onEnd()),
    (error: unknown) => void (signal.aborted || onError(error)),
  );
  return () => leaving.abort();
}

import type { Answer } from './answer.ts';
import { patienceMs } from './until.ts';

/** A live operation over server-sent events: what each `next` carried, in order. Leaving the loop ends it. */
export async function* subscribe(
  server: { url: string },
  query: string,
  variables: Record<string, unknown>,
  { token, signal }: { token?: string | null; signal?: AbortSignal } = {},
): AsyncGenerator<{ data?: Answer; errors?: { extensions?: Record<string, unknown> }[] }, void, undefined> {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(patienceMs), ...(signal ? [signal] : [])]),
  });
  try {
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      yield (await response.json()) as { errors: [] };
      return;
    }
    let buffer = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      buffer += chunk;
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        const lines = buffer.slice(0, end).split('\n');
        buffer = buffer.slice(end + 2);
        const event = lines
          .find((line) => line.startsWith('event:'))
          ?.slice(6)
          .trim();
        const data = lines
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5))
          .join('\n')
          .trim();
        if (event === 'complete') return;
        if (event === 'next') yield JSON.parse(data);
      }
    }
  } finally {
    leaving.abort();
  }
}

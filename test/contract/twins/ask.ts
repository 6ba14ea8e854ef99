import { setTimeout as delay } from 'node:timers/promises';
import { openSocket } from '../raw-socket.ts';

export type Operation = { query: string; variables: Record<string, unknown> };

export const graphTransports = ['http', 'sse', 'websocket'] as const;
export type GraphTransport = (typeof graphTransports)[number];

type Server = { url: string };

/** The same for all, so that answers can be compared as they are. */
const requestId = 'twin';
/** A subscription that may start says nothing until something happens: that much silence of both is their answer. */
const silenceMs = 1_000;
/** Where one of two has spoken, the other may be late. */
const lateMs = 30_000;
const silence = 'silence';

/** Two operations whose silence is only agreed upon by both. */
export function createPair() {
  let count = 0;
  const both = Promise.withResolvers<void>();
  return {
    heard() {
      if (++count === 2) both.resolve();
    },
    async silence(): Promise<typeof silence> {
      await delay(silenceMs);
      if (count > 0) await Promise.race([both.promise, delay(lateMs, undefined, { ref: false })]);
      return silence;
    },
  };
}
type Pair = ReturnType<typeof createPair>;

/** Everything that comes back: status, headers and body, or the messages of a socket until the operation is over. */
export async function askOn(
  on: GraphTransport,
  server: Server,
  operation: Operation,
  token: string | null,
  pair: Pair,
): Promise<string> {
  const isLive = operation.query.trimStart().startsWith('subscription');
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  if (on === 'websocket') return askSocket(server, operation, authorization, isLive ? pair : null);
  const accept = on === 'sse' ? 'text/event-stream' : 'application/graphql-response+json';
  const leaving = new AbortController();
  const answer = raw(server, '/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...authorization },
    body: JSON.stringify(operation),
    signal: leaving.signal,
  });
  if (!isLive) return answer;
  answer.then(pair.heard, () => undefined);
  const told = await Promise.race([answer, pair.silence()]);
  leaving.abort();
  await answer.catch(() => undefined);
  return told;
}

/** What is left of rates, which every request takes from; and when that is full again. */
const withoutRates = (text: string) =>
  text
    .replaceAll(/"remaining":\d+,"resetsInMs":\d+/g, '"remaining":…')
    .replaceAll(/"left":\d+(,"limit":\d+,"name":"cost","resetsAt":)"[^"]*"/g, '"left":…$1…');

/** An answer over HTTP as one text, without what differs between any two requests: the time, and what is left of rates. */
export async function raw({ url }: Server, path: string, init: RequestInit = {}): Promise<string> {
  const headers = { 'x-request-id': requestId, ...(init.headers as Record<string, string> | undefined) };
  const response = await fetch(url + path, { ...init, headers, redirect: 'manual' });
  const { date: _date, ratelimit: _left, 'content-length': length, ...said } = Object.fromEntries(response.headers);
  const text = await response.text();
  const body = withoutRates(text);
  if (length !== undefined && Number(length) !== Buffer.byteLength(text)) throw new Error(`Another length: ${length}`);
  return `${response.status} ${JSON.stringify(said)} ${body}`;
}

async function askSocket(
  { url }: Server,
  { query, variables }: Operation,
  authorization: Record<string, string>,
  live: Pair | null,
): Promise<string> {
  await using socket = await openSocket(`${url.replace('http', 'ws')}/graphql`, {
    headers: { 'x-request-id': requestId },
  });
  await socket.init(authorization);
  socket.subscribe('1', query, variables);
  const messages: unknown[] = [];
  for (;;) {
    const next = Promise.race([socket.next(), socket.closed]);
    if (live && messages.length === 0) void next.then(live.heard);
    const said = await (live ? Promise.race([next, live.silence()]) : next);
    messages.push(said);
    const isOver = typeof said === 'string' || 'code' in said || said.type === 'error' || said.type === 'complete';
    if (isOver) return withoutRates(JSON.stringify(messages));
  }
}

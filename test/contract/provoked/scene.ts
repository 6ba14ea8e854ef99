import type { ErrorCode } from '@sightline/server/errors/codes';
import type { Transport } from '@sightline/server/errors/transports';
import type { Answer } from '../../harness/answer.ts';
import type { FakeIssuer } from '../../harness/fake-issuer.ts';
import { graphql } from '../../harness/graphql.ts';
import type { Mailbox } from '../../harness/mailbox.ts';
import type { movableClock } from '../../harness/movable-clock.ts';
import { signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import type { TestServer } from '../../harness/server.ts';
import { openSocket } from '../raw-socket.ts';
import type { SocketMessage } from '../raw-socket.ts';

export type Language = 'en' | 'es';

/** What a caller was told, whatever the shape of the answer. */
export type Told = {
  code: unknown;
  message: unknown;
  hint: unknown;
  retryable: unknown;
  docs: unknown;
  /** HTTP status; null where there is none of its own. */
  status: number | null;
};
/** How a WebSocket was closed. */
export type Closed = { closeCode: number; reason: string };

/** What the cases share: servers, whose clock and ports a case may move, and somebody who speaks the language. */
export type Scene = {
  language: Language;
  headers: Record<string, string>;
  server: TestServer;
  /** Wants addresses to be confirmed first. */
  strict: TestServer;
  clock: ReturnType<typeof movableClock>;
  mailbox: Mailbox;
  issuer: FakeIssuer;
  /** Ports that fail for as long as a case wants. */
  faults: { places: boolean };
  owner: Person;
  key: string;
  /** Somebody new who speaks the language. */
  newPerson(mark?: string): Promise<Person>;
  /** Made once for all cases of a language. */
  once<Value>(name: string, make: () => Promise<Value>): Promise<Value>;
  /** Made once for all cases. */
  shared<Value>(name: string, make: () => Promise<Value>): Promise<Value>;
  /** Run when all is over, the last first. */
  defer(work: () => Promise<void>): void;
};

export type Case = {
  code: ErrorCode;
  on: Transport;
  provoke(scene: Scene): Promise<Told | Closed>;
  /** Where HTTP says something else than the catalogue: OAuth has no 401. */
  status?: number;
  /** Moves the clock, which ends what was proved lately: run after those that do not. */
  movesTime?: boolean;
  /** Waits for a limit of time: begun before all others, and looked at after them. */
  isSlow?: boolean;
};

export type Operation = {
  query: string;
  documentId?: string;
  variables?: Record<string, unknown>;
  token?: string | null;
  headers?: Record<string, string>;
};

export async function speakerOf(server: TestServer, language: Language, mark = 'speaker'): Promise<Person> {
  const person = await signUp(server, `${mark}-${language}`);
  await speak(server, person, language);
  return person;
}

/** People are told in the language of their profile. */
export async function speak(server: { url: string }, { token }: Pick<Person, 'token'>, language: Language) {
  const query = 'mutation ($locale: Locale!) { updateProfile(input: { locale: $locale }) { __typename } }';
  (await graphql(server, query, { locale: language.toUpperCase() }, { token })).expectData();
}

const authorization = (token: string | null | undefined) => (token ? { authorization: `Bearer ${token}` } : {});

const accepted: Record<string, string> = {
  graphql: 'application/graphql-response+json',
  sse: 'text/event-stream',
};

/** Sends to the graph over HTTP what may be no operation at all. */
export async function sendGraph(
  { server, headers }: Pick<Scene, 'server' | 'headers'>,
  on: string,
  init: RequestInit & { headers?: Record<string, string> },
  query = '',
): Promise<Told> {
  const response = await fetch(`${server.url}/graphql${query}`, {
    method: 'POST',
    ...init,
    headers: { 'content-type': 'application/json', accept: accepted[on] ?? '', ...headers, ...init.headers },
  });
  return toldOfGraph(response.status, await response.text());
}

export function toldOfGraph(status: number, text: string): Told {
  const [, event] = /^data: ?(\{.*"errors".*\})$/m.exec(text) ?? [];
  const body = JSON.parse(event ?? text) as Answer;
  // Once something ran the status is 200, whatever came of it; a stream begins before that.
  return toldOf(body.errors?.[0] ?? body, event !== undefined || body.data !== undefined ? null : status);
}

function toldOf({ message, extensions }: Answer, status: number | null): Told {
  const { code, hint, retryable, docs } = extensions ?? {};
  return { code, message, hint, retryable, docs, status };
}

/** One operation, on the transport of the graph that is asked for. */
export async function runOn(scene: Scene, on: string, operation: Operation): Promise<Told> {
  const { query, documentId, variables = {}, token, headers = {} } = operation;
  if (on !== 'websocket') {
    const body = JSON.stringify({ query, documentId, variables });
    return sendGraph(scene, on, { body, headers: { ...authorization(token), ...headers } });
  }
  await using socket = await openSocket(wsUrl(scene.server), { headers: { ...scene.headers, ...headers } });
  await socket.init(authorization(token));
  socket.send({ id: '1', type: 'subscribe', payload: { query, documentId, variables } });
  return toldOfMessage(await socket.next());
}

export const toldOfMessage = ({ payload }: SocketMessage): Told => toldOf((payload.errors ?? payload)[0], null);

export const wsUrl = ({ url }: { url: string }) => `${url.replace('http', 'ws')}/graphql`;

/** How a socket is closed that says hello like this. */
export async function closeOf(
  { server, headers }: Pick<Scene, 'server' | 'headers'>,
  payload?: object,
  more: Record<string, string> = {},
): Promise<Closed> {
  await using socket = await openSocket(wsUrl(server), { headers: { ...headers, ...more } });
  await socket.init(payload);
  const { code, reason } = await socket.closed;
  return { closeCode: code, reason };
}

/** The same refusal on all ways that operations go. */
export const onGraph = (
  code: ErrorCode,
  operationOf: (scene: Scene) => Promise<Operation> | Operation,
  transports: readonly Transport[] = ['graphql', 'sse', 'websocket'],
  movesTime = false,
): Case[] =>
  transports.map((on) => ({
    ...{ code, on, movesTime },
    provoke: async (scene) => runOn(scene, on, await operationOf(scene)),
  }));

type Mutation = { field: string; input?: Record<string, unknown> | null; token?: string | null; server?: TestServer };

/** A member of a result union. */
export async function outcomeOf(scene: Scene, { field, input = {}, token = null, server }: Mutation): Promise<Told> {
  const name = `${field[0]?.toUpperCase()}${field.slice(1)}`;
  const [declared, passed] = input ? [`($input: ${name}Input!)`, '(input: $input)'] : ['', ''];
  const query = `mutation ${declared} { ${field}${passed} { ... on UserError { code message hint retryable docs } } }`;
  const { headers } = scene;
  const answer = await graphql(server ?? scene.server, query, input ? { input } : {}, { token, headers });
  return { status: null, ...answer.expectData()[field] };
}

export const inResult = (code: ErrorCode, mutationOf: (scene: Scene) => Promise<Mutation> | Mutation): Case => ({
  code,
  on: 'result',
  provoke: async (scene) => outcomeOf(scene, await mutationOf(scene)),
});

type Rest = RequestInit & { path: string; headers?: Record<string, string>; server?: TestServer };

/** A route of REST: RFC 9457, and beside it `error`. */
export async function answerOf(scene: Scene, { path, server, ...init }: Rest): Promise<Told> {
  const url = path.startsWith('http') ? path : `${(server ?? scene.server).url}${path}`;
  const response = await fetch(url, { ...init, headers: { ...scene.headers, ...init.headers } });
  return toldOfProblem(response.status, response.headers.get('content-type'), await response.text());
}

export function toldOfProblem(status: number, type: string | null, text: string): Told {
  const { error, ...problem } = JSON.parse(text) as Answer;
  const isProblem =
    type?.startsWith('application/problem+json') &&
    problem.type === `/errors/${error.code}` &&
    problem.status === status &&
    problem.detail === error.message &&
    problem.title &&
    problem.instance?.endsWith(error.requestId);
  if (!isProblem) throw new Error(`This is not what RFC 9457 asks for: ${text}`);
  return { ...error, status };
}

export const inRest = (code: ErrorCode, requestOf: (scene: Scene) => Promise<Rest> | Rest): Case => ({
  code,
  on: 'rest',
  provoke: async (scene) => answerOf(scene, await requestOf(scene)),
});

export const json = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

/** A route of OAuth: `{ error, error_description }`, and our own words beside them. */
export async function grantOf(
  { server, headers }: Scene,
  path: string,
  fields: Record<string, string> | string,
  more: Record<string, string> = {},
): Promise<Told> {
  const body = typeof fields === 'string' ? fields : String(new URLSearchParams(fields));
  const type = 'application/x-www-form-urlencoded';
  const init = { method: 'POST', body, headers: { 'content-type': type, ...headers, ...more } };
  const response = await fetch(`${server.url}${path}`, init);
  return toldOfGrant(response.status, (await response.json()) as Answer);
}

export function toldOfGrant(status: number, { error, error_description: message, ...rest }: Answer): Told {
  if (status >= 400 && !/^[a-z]+_[a-z_]+$/.test(String(error)))
    throw new Error(`This is no error of RFC 6749: ${error}`);
  return { message, ...rest, status } as Told;
}

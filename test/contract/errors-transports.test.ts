import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { errorCodes as sidecarCodes } from '@sightline/inference/errors';
import { errorCodes } from '@sightline/server/errors/codes';
import type { ErrorCode } from '@sightline/server/errors/codes';
import { RequestRefusedError } from '@sightline/server/errors/request-errors';
import { toRestError } from '@sightline/server/errors/to-rest-error';
import { errorsEn } from '@sightline/server/messages/errors.en';
import { errorsEs } from '@sightline/server/messages/errors.es';
import {
  Client,
  ClientErrorCode,
  ErrorCode as ServerErrorCode,
  SidecarErrorCode,
  SightlineError,
  SightlineErrorCode,
  clientErrors,
} from '@sightline/core';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import type { Answer } from '../harness/answer.ts';
import { createKey, signUp } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { startFixture } from './graphql-fixture.ts';
import { openSocket } from './raw-socket.ts';

const codes = Object.keys(errorCodes) as ErrorCode[];
const languages = { en: errorsEn, es: errorsEs } as const;
type Language = keyof typeof languages;
type Told = { message: string; extensions: Record<string, unknown> };

const raised = {
  type: GraphQLString,
  args: { code: { type: GraphQLString } },
  resolve: (_root: unknown, { code }: { code?: string }) => {
    throw new RequestRefusedError(code as ErrorCode, 'This link has expired.');
  },
};
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { raise: raised } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: { raise: { ...raised, subscribe: raised.resolve } },
  }),
});

/** The real transports over a graph that fails in every way: by its fields, and before there is a context. */
const startFailing = () =>
  startFixture({
    schema,
    contextFor: ({ headers: { authorization }, requestId }) => {
      const [, code] = /^Bearer raise (\w+)$/.exec(authorization ?? '') ?? [];
      if (code) throw new RequestRefusedError(code as ErrorCode, 'This link has expired.');
      return { caller: null, requestId };
    },
  });

function assertTold({ message, extensions }: Told, code: ErrorCode, language: Language): void {
  const { retryable } = errorCodes[code];
  const { hint } = languages[language][code];
  assert.equal(message, language === 'en' ? 'This link has expired.' : 'Este enlace ha caducado.');
  const { requestId, ...rest } = extensions;
  assert.match(String(requestId), /^[\w.-]{1,64}$/);
  assert.deepEqual(rest, { code, retryable, hint, docs: `docs/errors.md#${code.toLowerCase()}` });
}

describe('every code of the catalogue, on every transport, in both languages', () => {
  let failing: Awaited<ReturnType<typeof startFailing>>;
  before(async () => {
    failing = await startFailing();
  });
  after(() => failing[Symbol.asyncDispose]());

  const post = (query: string, headers: Record<string, string>) =>
    fetch(failing.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      body: JSON.stringify({ query }),
    });

  for (const language of ['en', 'es'] as const) {
    const headers = { 'accept-language': language };

    test(`${language}: as an answer, from a field and before anything ran`, async () => {
      for (const code of codes) {
        const field = await post(`{ raise(code: "${code}") }`, headers);
        assert.equal(field.status, 200);
        assertTold(((await field.json()) as Answer).errors[0], code, language);
        const early = await post('{ raise }', { ...headers, authorization: `Bearer raise ${code}` });
        assert.equal(early.status, errorCodes[code].status);
        assertTold(((await early.json()) as Answer).errors[0], code, language);
      }
    });

    test(`${language}: as a stream of events`, async () => {
      for (const code of codes) {
        const stream = await post(`subscription { raise(code: "${code}") }`, {
          ...headers,
          accept: 'text/event-stream',
        });
        const [, data = ''] = /^data: (.*"errors".*)$/m.exec(await stream.text()) ?? [];
        assertTold(JSON.parse(data).errors[0], code, language);
      }
    });

    test(`${language}: on a WebSocket, for queries and subscriptions`, async () => {
      await using socket = await openSocket(failing.wsUrl, { headers });
      await socket.init();
      for (const code of codes) {
        socket.subscribe(`s ${code}`, `subscription { raise(code: "${code}") }`);
        const refused = await socket.next();
        assert.equal(refused.type, 'error');
        assertTold(refused.payload[0], code, language);
        socket.subscribe(`q ${code}`, `{ raise(code: "${code}") }`);
        const answered = await socket.next();
        assertTold(answered.payload.errors[0], code, language);
        assert.equal((await socket.next()).type, 'complete');
      }
    });

    test(`${language}: in REST`, () => {
      for (const code of codes) {
        const error = new RequestRefusedError(code, 'This link has expired.');
        const { status, headers: told, body } = toRestError(error, 'r1', language === 'es' ? 'ES' : 'EN');
        const { message, ...extensions } = body.error;
        assertTold({ message, extensions }, code, language);
        assert.equal(status, errorCodes[code].status);
        assert.equal(body.title, languages[language][code].title);
        assert.equal(told['content-language'], language);
      }
    });
  }

  test('as the reason that closes a WebSocket, with a number that says whether to come back', async () => {
    for (const code of codes) {
      await using socket = await openSocket(failing.wsUrl);
      const closed = await socket.init({ authorization: `Bearer raise ${code}` });
      const { status, retryable } = errorCodes[code];
      assert.deepEqual(closed, { code: status === 401 ? 4401 : retryable ? 1013 : 4403, reason: code });
    }
  });

  test('in the SDK, thrown with all that the server said', async () => {
    const baseUrl = failing.url.replace('/graphql', '');
    const client = new Client({ baseUrl, maxRetries: 0 });
    for (const code of codes) {
      const options = { headers: { 'accept-language': 'es' } };
      const error = await client.graphql(`{ raise(code: "${code}") }`, {}, options).then(
        () => assert.fail('it should have failed'),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof SightlineError);
      const { hint, docs, retryable, message, name } = error;
      assert.deepEqual(
        { code: error.code, hint, docs, retryable, message },
        {
          ...{ code, hint: errorsEs[code].hint, docs: `docs/errors.md#${code.toLowerCase()}` },
          ...{ retryable: errorCodes[code].retryable, message: 'Este enlace ha caducado.' },
        },
      );
      assert.notEqual(name, 'SightlineError', `${code} has no class of its own`);
    }
  });
});

test('the SDK knows every code of the server and of the sidecar, and its own, and no others', () => {
  assert.deepEqual(Object.keys(ServerErrorCode).toSorted(), codes.toSorted());
  const own = Object.keys(sidecarCodes).filter((code) => !(code in errorCodes));
  assert.deepEqual(Object.keys(SidecarErrorCode).toSorted(), own.toSorted());
  assert.deepEqual(Object.keys(ClientErrorCode), Object.keys(clientErrors));
  const all = [...codes, ...own, ...Object.keys(clientErrors)];
  assert.equal(new Set(all).size, all.length, 'a code has one meaning');
  assert.deepEqual(Object.keys(SightlineErrorCode).toSorted(), all.toSorted());
  for (const [name, code] of Object.entries(SightlineErrorCode)) assert.equal(name, code);
});

test('every code is provoked by some test through the public surface', async () => {
  const root = new URL('../', import.meta.url);
  const texts: string[] = [];
  for await (const name of glob('**/*.ts', { cwd: root, exclude: ['contract/errors*', '**/node_modules/**'] })) {
    texts.push(await readFile(new URL(name, root), 'utf8'));
  }
  const all = texts.join('\n');
  // The OAuth endpoints write theirs in small letters, as RFC 6749 does.
  const isTried = (code: string) => new RegExp(`['" ](${code}|${code.toLowerCase()})['",]`).test(all);
  assert.deepEqual(
    [...codes, ...Object.keys(sidecarCodes)].filter((code) => !isTried(code)),
    [],
  );
});

/** What goes wrong in the real server, on HTTP, as a stream and on a WebSocket alike. */
const provoked: { code: ErrorCode; query: string; variables?: object; as?: 'nobody' | 'key' }[] = [
  { code: 'GRAPHQL_PARSE_FAILED', query: '{ viewer {' },
  { code: 'GRAPHQL_VALIDATION_FAILED', query: '{ nothing }' },
  { code: 'QUERY_TOO_COMPLEX', query: '{ sources(first: 101) { edges { cursor } } }' },
  { code: 'INPUT_INVALID', query: '{ source(id: "nonsense") { id } }' },
  { code: 'CURSOR_INVALID', query: '{ events(first: 1, after: "nonsense") { edges { cursor } } }' },
  { code: 'UNAUTHENTICATED', query: '{ sources { edges { cursor } } }', as: 'nobody' },
  { code: 'SCOPE_MISSING', query: 'mutation { createTeam(input: { name: "a" }) { __typename } }', as: 'key' },
  {
    code: 'NOT_FOUND',
    query: 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }',
    variables: { id: globalId('ApiKey') },
  },
];

function globalId(type: string): string {
  return Buffer.from(`${type}:01a1ff5f-0000-7000-8000-000000000000`).toString('base64url');
}

describe('what really goes wrong is told alike on every transport of the graph', () => {
  let server: TestServer;
  let person: Person;
  let key: string;
  before(async () => {
    server = await startTestServer();
    person = await signUp(server);
    ({ secret: key } = await createKey(server, person, ['READ']));
  });
  after(() => server[Symbol.asyncDispose]());

  const tokenOf = (as?: 'nobody' | 'key') => (as === 'nobody' ? null : as === 'key' ? key : person.token);

  for (const { code, query, variables = {}, as } of provoked) {
    test(code, async () => {
      const token = tokenOf(as);
      const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
      const ask = async (accept: string) => {
        const response = await fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept, 'x-request-id': 'r1', ...authorization },
          body: JSON.stringify({ query, variables }),
        });
        return response.text();
      };
      const plain = JSON.parse(await ask('application/graphql-response+json')).errors[0] as Told;
      assert.equal(plain.extensions['code'], code);
      assert.equal(plain.extensions['hint'], errorsEn[code].hint);
      const stream = await ask('text/event-stream');
      const [text = ''] = /\{.*"errors".*\}/.exec(stream) ?? [];
      assert.deepEqual(JSON.parse(text).errors[0], plain);
      await using socket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`, {
        headers: { 'x-request-id': 'r1' },
      });
      await socket.init(authorization);
      socket.subscribe('1', query, variables);
      const { payload } = await socket.next();
      assert.deepEqual((payload.errors ?? payload)[0], plain);
    });
  }
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { errorCodes as sidecarCodes } from '@sightline/inference/errors';
import { errorCodes } from '@sightline/server/errors/codes';
import type { ErrorCode } from '@sightline/server/errors/codes';
import { RequestRefusedError } from '@sightline/server/errors/request-errors';
import { errorsEn } from '@sightline/server/messages/errors.en';
import { formatGraphqlError } from '@sightline/server/errors/to-graphql';
import { toRestError } from '@sightline/server/errors/to-rest-error';
import { clientErrors } from '@sightline/core';
import { openSocket } from './raw-socket.ts';
import { startFixture } from './graphql-fixture.ts';

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const allCodes: Record<string, { status: number; retryable: boolean }> = { ...sidecarCodes, ...errorCodes };

test('every code has its heading in docs/errors.md, and every heading is a code', () => {
  const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading!);
  assert.deepEqual(headings.toSorted(), [...Object.keys(allCodes), ...Object.keys(clientErrors)].toSorted());
});

const sectionOf = (code: string) => page.split(/^### /m).find((part) => part.startsWith(`${code}\n`)) ?? '';

for (const [code, { retryable }] of Object.entries(clientErrors)) {
  test(`docs/errors.md tells the truth about ${code}, which the client finds itself`, () => {
    const section = sectionOf(code);
    assert.match(section, new RegExp(`^Client only · ${retryable ? 'retryable' : 'not retryable'}$`, 'm'));
    assert.match(section, /\*\*What happened\.\*\* \S[^]*\*\*How to fix\.\*\* \S/);
  });
}

for (const [code, { status, retryable }] of Object.entries(allCodes)) {
  test(`docs/errors.md tells the truth about ${code}`, () => {
    const section = sectionOf(code);
    assert.match(
      section,
      new RegExp(`^HTTP ${status} · ${retryable ? 'retryable' : 'not retryable'}( · inference only)?$`, 'm'),
    );
    assert.match(section, /\*\*What happened\.\*\* \S/);
    assert.match(section, /\*\*How to fix\.\*\* \S/);
    assert.equal(section.includes('inference only'), !(code in errorCodes));
  });
}

test('a code means the same in the server and in the sidecar', () => {
  for (const [code, meaning] of Object.entries(sidecarCodes)) {
    if (code in errorCodes) assert.deepEqual(meaning, errorCodes[code as ErrorCode], code);
  }
});

test('graph and REST say the same about every code', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const error = new RequestRefusedError(code, 'Because.');
    const { message, extensions } = formatGraphqlError(error, 'r1');
    const { status, retryable } = errorCodes[code];
    const { title, hint } = errorsEn[code];
    const docs = `docs/errors.md#${code.toLowerCase()}`;
    assert.deepEqual({ message, ...extensions }, { message: 'Because.', code, requestId: 'r1', retryable, hint, docs });
    const rest = toRestError(error, 'r1');
    assert.equal(rest.status, status);
    assert.deepEqual(rest.body, {
      ...{ type: `/errors/${code}`, title, status, detail: 'Because.', instance: 'urn:sightline:request:r1' },
      error: { code, message: 'Because.', requestId: 'r1', hint, retryable, docs },
    });
  }
});

async function ask(url: string, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query }),
  });
  const body = (await response.json()) as {
    data?: unknown;
    errors?: { message: string; path?: string[]; locations?: unknown; extensions: Record<string, unknown> }[];
  };
  return { status: response.status, headers: response.headers, ...body };
}

test('what a resolver refuses keeps its code, its place and when to come back', async () => {
  await using server = await startFixture();
  const { status, data, errors } = await ask(server.url, '{ hello missing { id } busy { id } }', {
    'x-request-id': 'trace.1',
  });
  assert.equal(status, 200);
  assert.deepEqual(data, { hello: 'hello ', missing: null, busy: null });
  assert.deepEqual(errors, [
    {
      message: 'Item not found.',
      locations: [{ line: 1, column: 9 }],
      path: ['missing'],
      extensions: {
        code: 'NOT_FOUND',
        requestId: 'trace.1',
        retryable: false,
        hint: errorsEn.NOT_FOUND.hint,
        docs: 'docs/errors.md#not_found',
      },
    },
    {
      message: 'Come back later.',
      locations: [{ line: 1, column: 24 }],
      path: ['busy'],
      extensions: {
        code: 'RATE_LIMITED',
        requestId: 'trace.1',
        retryable: true,
        retryAfterMs: 1500,
        hint: errorsEn.RATE_LIMITED.hint,
        docs: 'docs/errors.md#rate_limited',
      },
    },
  ]);
});

for (const query of ['{ bug { id } }', '{ later { id } }', '{ wrong }', '{ nothing { id } }']) {
  test(`a bug is masked for the caller and told to the log: ${query}`, async () => {
    await using server = await startFixture();
    // The third time and later the operation runs as compiled code: it has to be just as discreet.
    for (let time = 1; time <= 4; time += 1) {
      const { errors } = await ask(server.url, query, { 'x-request-id': `bug-${time}` });
      assert.equal(errors?.length, 1);
      assert.equal(errors[0]?.extensions['code'], 'INTERNAL_SERVER_ERROR');
      assert.deepEqual(errors[0]?.path, [query.split(' ')[1]]);
      assert.doesNotMatch(JSON.stringify(errors), /secret|nullable|Int cannot/);
      const logged = server.logs.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
      assert.equal(logged.length, time);
      assert.equal(logged.at(-1).requestId, `bug-${time}`);
      assert.ok(logged.at(-1).err.message.length > 0);
    }
  });
}

test('a bad token is refused before anything runs, alike on HTTP, as a stream and on a WebSocket', async () => {
  await using server = await startFixture();
  const plain = await ask(server.url, '{ hello }', { authorization: 'Bearer bad' });
  assert.equal(plain.status, 401);
  assert.equal(plain.headers.get('www-authenticate'), 'Bearer');
  assert.deepEqual([plain.data, plain.errors?.[0]?.extensions['code']], [undefined, 'UNAUTHENTICATED']);

  const stream = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: 'Bearer bad' },
    body: JSON.stringify({ query: 'subscription { silence }' }),
  });
  assert.equal(stream.status, 401);
  assert.match(await stream.text(), /"code":"UNAUTHENTICATED"/);

  await using socket = await openSocket(server.wsUrl);
  assert.deepEqual(await socket.init({ authorization: 'Bearer bad' }), { code: 4401, reason: 'UNAUTHENTICATED' });
});

test('a subscription that is refused, or breaks, ends with a coded error on a WebSocket and as a stream', async () => {
  await using server = await startFixture();
  await using socket = await openSocket(server.wsUrl);
  await socket.init();
  socket.subscribe('refused', 'subscription { secrets }');
  const refused = await socket.next();
  assert.deepEqual([refused.type, refused.payload[0].extensions.code], ['error', 'UNAUTHENTICATED']);
  socket.subscribe('breaking', 'subscription { breaking }');
  assert.deepEqual((await socket.next()).payload, { data: { breaking: 1 }, extensions: { cost: 1 } });
  const broken = await socket.next();
  assert.equal(broken.payload.errors[0].extensions.code, 'INTERNAL_SERVER_ERROR');
  assert.doesNotMatch(JSON.stringify(broken), /secret/);
  assert.equal((await socket.next()).type, 'complete');

  const stream = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { breaking }' }),
  });
  const text = await stream.text();
  assert.match(text, /"breaking":1[\s\S]*INTERNAL_SERVER_ERROR[\s\S]*event: complete/);
  assert.doesNotMatch(text, /secret/);
});

test('suggestions and introspection stay away where introspection is off', async () => {
  await using server = await startFixture({ introspection: false });
  for (const query of ['{ helo }', 'query ($a: Strin) { hello(name: $a) }', '{ hello(nam: 1) }']) {
    const { errors } = await ask(server.url, query);
    assert.equal(errors?.[0]?.extensions['code'], 'GRAPHQL_VALIDATION_FAILED');
    assert.doesNotMatch(JSON.stringify(errors), /Did you mean/);
  }
  assert.equal(
    (await ask(server.url, '{ __schema { types { name } } }')).errors?.[0]?.extensions['code'],
    'GRAPHQL_VALIDATION_FAILED',
  );
});

test('what takes longer than the deadline is given up', async () => {
  await using server = await startFixture({ limits: { executionTimeoutMs: 20 } });
  const { status, errors } = await ask(server.url, '{ never { id } }');
  assert.deepEqual([status, errors?.[0]?.extensions['code']], [504, 'DEADLINE_EXCEEDED']);
});

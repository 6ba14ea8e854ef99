import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@sightline/core';
import { createFakeInference, jpeg, opened } from '../harness/fake-inference.ts';
import { signUp } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { openSocket } from './raw-socket.ts';

type Manifest = { documents: Record<string, { name: string; kind: string; text: string }> };
type Body = Record<string, unknown>;
type Told = { status: number | null; codes: string[]; data: unknown };

const sdkManifest = fileURLToPath(new URL('../../clients/core/persisted-documents.json', import.meta.url));
const idOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const manifestOf = (texts: readonly string[]) =>
  JSON.stringify({
    format: 'sightline-persisted-documents',
    version: 1,
    documents: Object.fromEntries(texts.map((text) => [idOf(text), { name: 'Own', kind: 'query', text }])),
  });

const own = 'query Own { viewer { role } }';
const two = 'query One { viewer { role } } query Two { viewer { user { email } } }';
const estimate = 'query Estimate($operation: String!) { estimate(operation: $operation) { refusals { code } } }';
const counting = 'subscription Counting { usageLive { used } }';

describe('a server that was given documents', () => {
  let folder: string;
  let open: TestServer;
  let server: TestServer;
  let person: Person;
  /** The secret of a stream of events that is open, and for several operations. */
  let reserved: string;
  const fake = createFakeInference();
  const leaving = new AbortController();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-documents-'));
    const ownManifest = join(folder, 'own.json');
    await writeFile(ownManifest, manifestOf([own, two, estimate, counting]));
    // The other one runs what is started.
    open = await startTestServer({ env: { WORKER: 'off' } });
    person = await signUp(open, 'known');
    const env = { KNOWN_DOCUMENTS: `${sdkManifest},${ownManifest}` };
    server = await startTestServer({ databaseUrl: open.databaseUrl, inference: fake.inference, env });
    reserved = await (await fetch(`${server.url}/graphql`, { method: 'PUT', headers: authorization() })).text();
    const accept = { accept: 'text/event-stream' };
    await fetch(`${server.url}/graphql?token=${reserved}`, { headers: accept, signal: leaving.signal });
  });
  after(async () => {
    leaving.abort();
    await server[Symbol.asyncDispose]();
    await open[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const authorization = () => ({ authorization: `Bearer ${person.token}` });

  async function overHttp(
    body: Body,
    accept = 'application/graphql-response+json',
    headers: Record<string, string> = {},
  ) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...authorization(), ...headers },
      body: JSON.stringify(body),
    });
    return toldOf(response.status, await response.text());
  }

  async function overGet(body: Record<string, string>) {
    const response = await fetch(`${server.url}/graphql?${new URLSearchParams(body)}`, {
      headers: { accept: 'application/graphql-response+json', ...authorization() },
    });
    return toldOf(response.status, await response.text());
  }

  async function overReservedStream(body: Body) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-graphql-event-stream-token': reserved, ...authorization() },
      body: JSON.stringify({ ...body, extensions: { operationId: '1' } }),
    });
    return toldOf(response.status, await response.text());
  }

  async function overSocket(body: Body): Promise<Told> {
    await using socket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`);
    await socket.init(authorization());
    socket.send({ id: '1', type: 'subscribe', payload: { query: '', ...body } });
    const { type, payload } = await socket.next();
    if (type === 'error')
      return { status: null, codes: payload.map((each: Refused) => each.extensions.code), data: null };
    return {
      status: null,
      codes: (payload.errors ?? []).map((each: Refused) => each.extensions.code),
      data: payload.data,
    };
  }

  const unknown: Record<string, Body> = {
    'a document of its own': { query: '{ viewer { role } }' },
    'one more space': { query: own.replace('{ v', '{  v') },
    'a known one with a part of another behind it': { query: `${own}\n${counting}` },
    'another field beside those known': { query: own.replace('role', 'role permissions') },
    'a mark of byte order before it': { query: `\uFEFF${own}` },
    'one that is no GraphQL': { query: '{ viewer {' },
    'the schema': { query: '{ __schema { types { name } } }' },
    'an empty one': { query: '' },
    'a subscription': { query: `${counting} ` },
    'an id that nobody has': { documentId: idOf('{ viewer { role } }') },
    'the digest alone': { documentId: idOf(own).slice('sha256:'.length) },
    'an id in capitals': { documentId: idOf(own).toUpperCase() },
    'the name of what all objects have': { documentId: '__proto__' },
    'the id of an empty text': { documentId: idOf('') },
  };

  for (const [name, body] of Object.entries(unknown)) {
    test(`refuses over three transports: ${name}`, async () => {
      const answers = {
        http: await overHttp(body),
        'old media type': await overHttp(body, 'application/json'),
        'event stream': await overHttp(body, 'text/event-stream'),
        'reserved stream': await overReservedStream(body),
        get: await overGet(body as Record<string, string>),
        socket: await overSocket(body),
      };
      for (const [on, { status, codes }] of Object.entries(answers)) {
        assert.deepEqual(codes, ['DOCUMENT_UNKNOWN'], `${on}: ${status}`);
        if (status !== null) assert.ok(status === 400, `${on}: ${status}`);
      }
    });
  }

  test('runs a known document by its text and by its id, over three transports', async () => {
    const wanted = { viewer: { role: 'OWNER' } };
    for (const body of [{ query: own }, { documentId: idOf(own) }, { query: '', documentId: idOf(own) }]) {
      assert.deepEqual((await overHttp(body)).data, wanted);
      assert.deepEqual((await overHttp(body, 'text/event-stream')).data, wanted);
      assert.deepEqual((await overGet(body as Record<string, string>)).data, wanted);
      assert.deepEqual((await overSocket(body)).data, wanted);
      assert.deepEqual((await overSocket({ ...body, query: body.query ?? '' })).data, wanted);
    }
    const second = await overHttp({ documentId: idOf(two), operationName: 'Two' });
    assert.deepEqual(second.data, { viewer: { user: { email: person.email } } });
    assert.deepEqual((await overSocket({ documentId: idOf(counting) })).data, { usageLive: { used: 0 } });
  });

  test('takes a document once: as its text or by its id', async () => {
    for (const body of [{ query: own, documentId: idOf(own) }, { documentId: 7 }, { documentId: [idOf(own)] }]) {
      assert.deepEqual(await overHttp(body), { status: 400, codes: ['BAD_REQUEST'], data: undefined });
      assert.deepEqual((await overSocket(body)).codes, ['BAD_REQUEST']);
    }
  });

  test('lets nothing unknown in by way of an estimate', async () => {
    const inner = async (operation: string) => (await overHttp({ query: estimate, variables: { operation } })).data;
    assert.deepEqual(await inner('{ viewer { role } }'), { estimate: { refusals: [{ code: 'DOCUMENT_UNKNOWN' }] } });
    assert.deepEqual(await inner(own), { estimate: { refusals: [] } });
  });

  test('shows neither its schema nor a page to try it with', async () => {
    const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    assert.equal(page.headers.get('content-type')?.includes('text/html'), false);
    assert.doesNotMatch(await page.text(), /graphiql/i);
  });

  test('a write sent by text and again by id is the same write', async () => {
    const { documents } = JSON.parse(await readFile(sdkManifest, 'utf8')) as Manifest;
    const [id, { text }] = Object.entries(documents).find(([, { name }]) => name === 'CreateTeam')!;
    const variables = { input: { name: 'Twice' } };
    const key = { 'idempotency-key': 'twice-by-two-ways' };
    const first = await overHttp({ query: text, variables }, undefined, key);
    const second = await overHttp({ documentId: id, variables }, undefined, key);
    assert.ok(first.data);
    assert.deepEqual(second, first);
  });

  test('runs every document of the SDK', async (t) => {
    const { documents } = JSON.parse(await readFile(sdkManifest, 'utf8')) as Manifest;
    const refused: string[] = [];
    for (const [id, { name, text }] of Object.entries(documents)) {
      assert.equal(idOf(text), id, name);
      // Without variables most are refused for those, which comes after the question what they are.
      const { codes } = await overHttp({ documentId: id }, 'text/event-stream, application/json;q=0.5', {
        authorization: '',
      });
      if (codes.some((code) => /^(?:DOCUMENT_UNKNOWN|GRAPHQL_PARSE_FAILED|QUERY_TOO_COMPLEX)$/.test(code)))
        refused.push(name);
    }
    t.diagnostic(`${Object.keys(documents).length} documents`);
    assert.deepEqual(refused, []);
  });

  test('serves an SDK that names its documents by their ids', async () => {
    await using client = new Client({ baseUrl: server.url, token: person.token, documents: 'id' });
    assert.equal((await client.auth.viewer())?.user.email, person.email);
    const team = await client.teams.create('By its id');
    assert.ok((await client.teams.list().page()).items.some(({ id }) => id === team.id));
    for await (const level of client.usage.live()) {
      assert.equal(level.used, 0);
      break;
    }
    await assert.rejects(client.graphql('{ viewer { role } }'), { code: 'DOCUMENT_UNKNOWN', status: 400 });
    await using elsewhere = new Client({ baseUrl: open.url, token: person.token, documents: 'id' });
    await assert.rejects(elsewhere.auth.viewer(), /was given no documents/);
  });

  test('serves the SDK: signing in, writing, listing, following the feed', async () => {
    await using client = new Client({ baseUrl: server.url, token: person.token });
    const team = await client.teams.create('Known');
    const { items } = await client.teams.list().page();
    assert.ok(items.some(({ id }) => id === team.id));
    const path = join(server.sourceDirectory, 'gate');
    await mkdir(path);
    await writeFile(join(path, '1.jpg'), jpeg);
    await using feed = client.events.subscribe({ after: '0' });
    const source = await client.sources.create({ name: 'Gate', kind: 'IMAGES', path });
    await client.sessions.start({ sourceId: source.id });
    (await fake.nextRun()).send(opened);
    const { value } = await feed.next();
    assert.equal(value?.kind === 'event' && value.event.type, 'SESSION_STARTED');
    await assert.rejects(client.graphql('{ viewer { role } }'), { code: 'DOCUMENT_UNKNOWN', status: 400 });
  });

  test('serves the SDK by ids alone, over HTTP and its socket', async () => {
    const sent: Record<string, unknown>[] = [];
    const spy: typeof fetch = (input, init) => {
      sent.push(JSON.parse(init?.body as string) as Record<string, unknown>);
      return fetch(input, init);
    };
    await using client = new Client({ baseUrl: server.url, token: person.token, documents: 'id', fetch: spy });
    const team = await client.teams.create('By id');
    assert.ok((await client.teams.list()).items.some(({ id }) => id === team.id));
    assert.equal((await client.usage.live().next()).value?.used, 0);
    assert.equal(sent.length, 2);
    for (const { query, documentId } of sent)
      assert.ok(query === '' && /^sha256:[0-9a-f]{64}$/.test(String(documentId)));
    await assert.rejects(client.graphql('{ viewer { role } }'), { code: 'DOCUMENT_UNKNOWN' });
  });
});

describe('a server does not start', () => {
  const broken: Record<string, [content: string | null, problem: RegExp]> = {
    'without a file it was told to read': [null, /cannot be read/],
    'with a file that is no JSON': ['{', /cannot be read as JSON/],
    'with a file that is no manifest': ['{ "documents": {} }', /is no manifest/],
    'with a text that is not the one its id names': [
      manifestOf([own]).replace('role', 'id'),
      /is not the one it names/,
    ],
    'with a manifest of a version to come': [manifestOf([own]).replace('"version":1', '"version":2'), /is no manifest/],
  };
  for (const [name, [content, problem]] of Object.entries(broken)) {
    test(name, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sightline-documents-'));
      const path = join(folder, 'documents.json');
      if (content !== null) await writeFile(path, content);
      // Before it opens anything: there is no database here.
      const env = { KNOWN_DOCUMENTS: path };
      await assert.rejects(startTestServer({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', env }), problem);
      await rm(folder, { recursive: true });
    });
  }
});

type Refused = { extensions: { code: string } };

function toldOf(status: number, text: string): Told {
  const [, event] = /^data: ?(\{.*\})$/m.exec(text) ?? [];
  const body = JSON.parse(event ?? text) as { errors?: Refused[]; data?: unknown };
  return { status, codes: (body.errors ?? []).map(({ extensions }) => extensions.code), data: body.data };
}

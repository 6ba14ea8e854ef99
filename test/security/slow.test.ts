import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { graphql } from '../harness/graphql.ts';
import { signUp } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { openRaw } from './raw-http.ts';
import { report } from './report.ts';

/** What everybody has, plus what a busy machine may take to notice. */
const cutMs = 10_000;
const noticeMs = 5_000;

/** Callers who never finish what they began. Each is a head and what it dribbles once a second. */
const callers: Record<string, { head: string; dribble: string; status?: number }> = {
  'says nothing': { head: '', dribble: '' },
  'says a byte of the head each second': { head: 'GET / HTTP/1.1\r\nx: ', dribble: 'x', status: 408 },
  'says a header each second': { head: 'GET / HTTP/1.1\r\nhost: a\r\n', dribble: 'a: b\r\n', status: 408 },
  'says half of the first line': { head: 'GET /graph', dribble: '', status: 408 },
  'sends no body to the graph': { head: post('/graphql', 100), dribble: '', status: 408 },
  'dribbles a body to the graph': { head: post('/graphql', 100), dribble: '{', status: 408 },
  'dribbles chunks to the graph': { head: post('/graphql', null), dribble: '1\r\n{\r\n', status: 408 },
  'dribbles the length of a chunk': { head: post('/graphql', null), dribble: '0', status: 408 },
  'dribbles a body to a GET of the graph': {
    head: post('/graphql?query={__typename}', 100).replace('POST', 'GET'),
    dribble: '{',
    status: 401,
  },
  'dribbles a body to the page': { head: post('/', 100).replace('POST', 'GET'), dribble: '{', status: 200 },
  'dribbles a body to no page': { head: post('/no', 100), dribble: '{', status: 408 },
  'dribbles a body to no page, of no type': { head: post('/no', 100, 'x/y'), dribble: '{', status: 404 },
  'dribbles JSON to a route': { head: post('/internal/introspect', 100), dribble: '{', status: 408 },
  'dribbles JSON to a route without proof': {
    head: post('/internal/introspect', 100).replace(serviceToken, 'no'),
    dribble: '{',
    status: 401,
  },
  'dribbles a file to no link': { head: post('/files/a', 100).replace('POST', 'PUT'), dribble: 'x', status: 403 },
  'dribbles a method that is none of ours': { head: post('/graphql', 100).replace('POST', 'PATCH'), dribble: 'x' },
  'dribbles a body to a preflight': {
    head: post('/files/a', 100).replace('POST', 'OPTIONS'),
    dribble: 'x',
    status: 204,
  },
};

function post(path: string, length: number | null, type = 'application/json'): string {
  const size = length === null ? 'transfer-encoding: chunked' : `content-length: ${length}`;
  return `POST ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${serviceToken}\r\ncontent-type: ${type}\r\n${size}\r\n\r\n`;
}

describe('who does not finish what they began is cut off after ten seconds', { concurrency: true }, () => {
  let server: TestServer;
  let person: Person;
  const openMs: number[] = [];
  before(async () => {
    server = await startTestServer();
    person = await signUp(server, 'slow');
  });
  after(async () => {
    const late = openMs.filter((ms) => ms > cutMs + noticeMs).length;
    const facts = { 'slowest cut, ms': Math.round(Math.max(...openMs)) };
    report('slow callers', { tried: openMs.length, 'still connected': late }, facts);
    await server[Symbol.asyncDispose]();
  });

  async function cut(head: string, dribble: string) {
    using raw = await openRaw(server);
    raw.send(head);
    const beat = setInterval(() => dribble && raw.socket.writable && raw.send(dribble), 1_000);
    const ms = await raw.closed.finally(() => clearInterval(beat));
    openMs.push(ms);
    assert.ok(ms < cutMs + noticeMs, `still connected after ${ms} ms`);
    return await raw.answer();
  }

  for (const [name, { head, dribble, status }] of Object.entries(callers)) {
    test(`one that ${name}`, async () => {
      const answer = await cut(head, dribble);
      if (status !== undefined) assert.equal(answer.status, status, answer.text);
      if (status === 408) assert.match(answer.body, /"REQUEST_TIMEOUT"/);
    });
  }

  test('one that stops in the middle of an upload', async () => {
    const made = await graphql(
      server,
      `
        mutation ($input: CreateUploadInput!) {
          createUpload(input: $input) {
            ... on CreateUploadPayload {
              url
            }
          }
        }
      `,
      { input: { fileName: 'slow.jpg', contentType: 'image/jpeg', byteSize: 100 } },
      { token: person.token },
    );
    const { pathname, search } = new URL(made.expectData().createUpload.url);
    await cut(
      `PUT ${pathname}${search} HTTP/1.1\r\nhost: a\r\ncontent-type: image/jpeg\r\ncontent-length: 100\r\n\r\nabc`,
      '',
    );
  });

  test('and meanwhile everybody else is served', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, () => openRaw(server)));
    for (const { send } of slow) send('POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n');
    const answer = await graphql(server, '{ viewer { user { email } } }', {}, { token: person.token });
    assert.equal(answer.expectData().viewer.user.email, person.email);
    for (const raw of slow) raw.socket.destroy();
  });
});

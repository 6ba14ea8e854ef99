import { cookieNames } from '@sightline/server/http/cookies';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { graphql } from '../../harness/graphql.ts';
import { query as rowsOf } from '../../harness/database.ts';
import { password, uuidOf } from '../../harness/people.ts';
import { enroll } from '../../harness/totp.ts';
import { mutate } from '../../api/organizations/operations.ts';
import { ticketOf } from '../../api/second-factor/calls.ts';
import { createBrowser } from '../../api/tokens/tokens.ts';
import { tokenOf } from '../../harness/accounts.ts';
import { replacedToken, unconfirmed } from './account-cases.ts';
import { answerOf, inRest, json, toldOfGrant, toldOfGraph, toldOfProblem } from './scene.ts';
import type { Case, Scene, Told } from './scene.ts';

/** Writes the bytes of a request, or of a part of one, and reads what is answered to it. */
async function speakRaw(server: { url: string }, bytes: string) {
  const { port, hostname } = new URL(server.url);
  const socket: Socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(bytes);
  const answer = await text(socket);
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const type = /^content-type: *([^\r\n]*)/im.exec(head)?.[1] ?? null;
  return { status: Number(head.split(' ')[1]), type, body: rest.join('\r\n\r\n') };
}

const lines = (headers: Record<string, string>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

/** Announces a body of which one byte comes. */
function beginOnly({ server, headers }: Scene, path: string, more: Record<string, string>) {
  const all = { host: 'here', 'content-length': '10', connection: 'close', ...headers, ...more };
  return speakRaw(server, `POST ${path} HTTP/1.1\r\n${lines(all)}\r\n{`);
}

const slow = (on: Case['on'], provoke: (scene: Scene) => Promise<Told>): Case => ({
  ...{ code: 'REQUEST_TIMEOUT', on, provoke, isSlow: true },
});

const form = 'application/x-www-form-urlencoded';
const wrong = { email: 'nobody@example.com', password: 'not the password' };

/** A new upload: where its bytes go. */
async function uploadOf({ server, owner: { token } }: Scene): Promise<string> {
  const input = { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 4 };
  const query =
    'mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ... on CreateUploadPayload { url } } }';
  return (await graphql(server, query, { input }, { token })).expectData().createUpload.url;
}

/** What a browser sends with its cookies. */
async function browserOf(scene: Scene, email: string) {
  const browser = createBrowser(scene.server);
  await browser.json('POST', '/session', { email, password });
  const { csrfToken } = JSON.parse((await browser.get('/session')).text) as { csrfToken: string };
  return { cookie: browser.cookieHeader(), origin: scene.server.url, 'x-csrf-token': csrfToken };
}

export const restCases: Case[] = [
  inRest('BAD_REQUEST', ({ server }) => ({
    ...{ path: '/oauth/sign-in', method: 'POST', body: 'return_to=nowhere' },
    headers: { 'content-type': form, origin: server.url },
  })),
  inRest('BODY_TOO_LARGE', () => ({ path: '/session', ...json('x'.repeat(70_000)) })),
  {
    code: 'HEADERS_TOO_LARGE',
    on: 'rest',
    provoke: async ({ server, headers }) => {
      const head = `GET / HTTP/1.1\r\n${lines({ host: 'here', ...headers, 'x-long': 'a'.repeat(20_000) })}\r\n`;
      const { status, type, body } = await speakRaw(server, head);
      return toldOfProblem(status, type, body);
    },
  },
  inRest('METHOD_NOT_ALLOWED', () => ({ path: '/health/live', method: 'POST' })),
  inRest('UNSUPPORTED_MEDIA_TYPE', () => ({ path: '/session', ...json({}, { 'content-type': 'application/xml' }) })),
  slow('rest', async (scene) => {
    const { status, type, body } = await beginOnly(scene, '/session', { 'content-type': 'application/json' });
    return toldOfProblem(status, type, body);
  }),
  slow('oauth', async (scene) => {
    const { status, body } = await beginOnly(scene, '/oauth/token', { 'content-type': form });
    return toldOfGrant(status, JSON.parse(body));
  }),
  slow('graphql', async (scene) => {
    const accept = 'application/graphql-response+json';
    const { status, body } = await beginOnly(scene, '/graphql', { 'content-type': 'application/json', accept });
    return toldOfGraph(status, body);
  }),
  slow('sse', async (scene) => {
    const accept = 'text/event-stream';
    const { status, body } = await beginOnly(scene, '/graphql', { 'content-type': 'application/json', accept });
    return toldOfGraph(status, body);
  }),
  inRest('INPUT_INVALID', () => ({ path: '/session', ...json({}) })),

  inRest('UNAUTHENTICATED', () => ({ path: '/internal/introspect', ...json({ token: 'x' }) })),
  inRest('CREDENTIALS_INVALID', () => ({ path: '/session', ...json(wrong) })),
  inRest('EMAIL_NOT_VERIFIED', async (scene) => ({
    ...{ path: '/session', server: scene.strict, ...json({ email: await unconfirmed(scene), password }) },
  })),
  inRest('TOKEN_INVALID', () => ({ path: '/session/second-factor', ...json({ ticket: 'nonsense', code: '123456' }) })),
  {
    code: 'TOO_MANY_ATTEMPTS',
    on: 'rest',
    async provoke(scene) {
      for (;;) {
        const email = `guessed-${scene.language}@example.com`;
        const told = await answerOf(scene, { path: '/session', ...json({ ...wrong, email }) });
        if (told.code !== 'CREDENTIALS_INVALID') return told;
      }
    },
  },
  inRest('SECOND_FACTOR_INVALID', async ({ server, newPerson, clock }) => {
    const person = await newPerson('factor');
    await enroll(server, person, clock);
    const ticket = await ticketOf(server, person.email);
    return { path: '/session/second-factor', ...json({ ticket, code: '000000' }) };
  }),
  inRest('IDENTITY_REFUSED', () => ({
    path: '/session/identity',
    ...json({ code: 'nonsense', verifier: 'nonsense' }),
  })),
  inRest('REFRESH_TOKEN_INVALID', () => ({ path: '/session/refresh', ...json({}) })),
  inRest('REFRESH_TOKEN_REUSED', async (scene) => ({
    path: '/session/refresh',
    ...json({}, { cookie: `${cookieNames.refresh}=${await replacedToken(scene)}`, origin: scene.server.url }),
  })),
  inRest('CSRF_REFUSED', async (scene) => {
    const { cookie, origin } = await browserOf(scene, scene.owner.email);
    return { path: '/session', method: 'DELETE', headers: { cookie, origin } };
  }),
  inRest('ORIGIN_REFUSED', () => ({ path: '/session', ...json({}, { origin: 'https://evil.example' }) })),
  inRest('ALREADY_MEMBER', async (scene) => {
    const { server, owner, mailbox, newPerson } = scene;
    const { email, userId } = await newPerson('invited');
    await mutate(server, owner, 'inviteMember', { email, role: 'VIEWER' }, 'invitation { id }');
    const token = await invitationIn(mailbox, email);
    // On another way they got in meanwhile.
    const [there, who] = [uuidOf(owner.organizationId), uuidOf(userId)];
    await rowsOf(server.databaseUrl, `update "Membership" set "organizationId" = '${there}' where "userId" = '${who}'`);
    return { path: '/session/invitation', ...json({ token }, await browserOf(scene, email)) };
  }),
  inRest('PLAN_LIMIT_REACHED', async (scene) => {
    const { server, mailbox, newPerson } = scene;
    const [inviter, { email }] = [await newPerson('inviter'), await newPerson('seatless')];
    await mutate(server, inviter, 'inviteMember', { email, role: 'VIEWER' }, 'invitation { id }');
    const token = await invitationIn(mailbox, email);
    // The plan has fewer seats by now.
    await rowsOf(
      server.databaseUrl,
      `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
        values ('${uuidOf(inviter.organizationId)}', 'maxSeats', 1, 'test')`,
    );
    return { path: '/session/invitation', ...json({ token }, await browserOf(scene, email)) };
  }),

  inRest('NOT_FOUND', () => ({ path: '/nowhere' })),
  inRest('UPLOAD_MISMATCH', async (scene) => ({
    ...{ path: await uploadOf(scene), method: 'PUT', body: 'abcd', headers: { 'content-type': 'image/png' } },
  })),
  inRest('LINK_INVALID', () => ({ path: '/files/nothing' })),
];

/** The token of the next mail with a link to an invitation; others come, too. */
async function invitationIn(mailbox: Scene['mailbox'], email: string): Promise<string> {
  for (;;) {
    const mail = await mailbox.next(email);
    if (mail.link?.pathname.includes('invitation')) return tokenOf(mail);
  }
}

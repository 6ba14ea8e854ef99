import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { call, newPerson } from '../../harness/accounts.ts';
import { password } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';

/** bcrypt, cost 12, of “a long enough password”, made by another program. */
const fromElsewhere = '$2b$12$NTMiOeO5jrSV8x6GiGRu/.HGznLiwt3CIpcf6z63wzNIERRzIABNu';
const lost = 'horse battery staple correct';

const asked: { url: string; padding: string | undefined }[] = [];
let isDown = false;
const ranges = createServer((request, response) => {
  asked.push({ url: request.url ?? '', padding: request.headers['add-padding'] as string | undefined });
  if (isDown) return void response.destroy();
  const digest = createHash('sha1').update(lost).digest('hex').toUpperCase();
  const own = request.url === `/range/${digest.slice(0, 5)}`;
  const padding = createHash('sha1').update('an innocent password').digest('hex').toUpperCase().slice(5);
  response.end([`${'0'.repeat(35)}:3`, `${padding}:0`, ...(own ? [`${digest.slice(5)}:12`] : [])].join('\r\n'));
});

let server: TestServer;
let database: Database;
before(async () => {
  await new Promise<void>((resolve) => ranges.listen(0, '127.0.0.1', resolve));
  const { port } = ranges.address() as AddressInfo;
  server = await startTestServer({ env: { BREACH_CHECK_URL: `http://127.0.0.1:${port}/range/` } });
  database = openDatabase(server.databaseUrl);
});
after(async () => {
  await database[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  ranges.close();
});

const signUp = (email: string, secret: string, more = {}) =>
  call(server, 'signUp', newPerson(email, { password: secret, ...more }));
const signIn = (email: string, secret = password) => call(server, 'signIn', { email, password: secret });

async function storedFor(email: string): Promise<string> {
  const { passwordHash } = await database.prisma.user.findUniqueOrThrow({ where: { email } });
  return passwordHash ?? '';
}

test('hashes of bcrypt and of weaker argon2 are taken, and are of today after one sign-in', async () => {
  for (const [index, hash] of [
    fromElsewhere,
    '$argon2id$v=19$m=4096,t=1,p=1$xaeEcYeN+CCrmJYeL0LtHg$/uh7FNxCBD5t1JI0Fus3XvkICT0Bwy5kCbJ0il/xqx8',
  ].entries()) {
    const email = `elsewhere-${index}@example.com`;
    await signUp(email, 'this one is replaced');
    await database.prisma.user.update({ where: { email }, data: { passwordHash: hash } });
    assert.equal((await signIn(email, 'not the password')).code, 'CREDENTIALS_INVALID');
    assert.equal(await storedFor(email), hash);
    assert.equal((await signIn(email)).__typename, 'SignInPayload');
    assert.match(await storedFor(email), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.equal((await signIn(email)).__typename, 'SignInPayload');
    assert.equal((await signIn(email, 'not the password')).code, 'CREDENTIALS_INVALID');
  }
});

test('a password that others would try first is refused, and says why', async () => {
  for (const secret of ['qwertyuiop', 'Password123!', 'aaaaaaaaaaaaaa', 'ana.torres@example.com', 'Ana Torres 99']) {
    const answer = await signUp('ana.torres@example.com', secret, { name: 'Ana Torres' });
    assert.equal(answer.code, 'PASSWORD_REFUSED', secret);
    assert.match(answer.message, /first|characters|name/, secret);
  }
});

test('a password that others have lost is refused, and the service learns 5 digits of its hash', async () => {
  asked.length = 0;
  assert.equal((await signUp('lost@example.com', lost)).code, 'PASSWORD_REFUSED');
  assert.equal(asked.length, 1);
  assert.match(asked[0]?.url ?? '', /^\/range\/[0-9A-F]{5}$/);
  assert.equal(asked[0]?.padding, 'true');
  assert.equal((await signUp('padded@example.com', 'an innocent password')).__typename, 'SignUpPayload');
});

test('it is not asked about passwords that are only tried', async () => {
  await signUp('tried@example.com', password);
  asked.length = 0;
  await signIn('tried@example.com');
  await signIn('tried@example.com', lost);
  assert.deepEqual(asked, []);
});

test('a service that is down keeps nobody out', async () => {
  isDown = true;
  assert.equal((await signUp('down@example.com', lost)).__typename, 'SignUpPayload');
  isDown = false;
  assert.ok(server.logs.some((line) => line.includes('could not be checked against lost ones')));
});

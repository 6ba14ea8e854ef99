import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { openSignIn, refresh, worksAs } from './tokens.ts';

const clock = movableClock();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

test('a refresh token works once, for a new access token and the next refresh token', async () => {
  const first = await openSignIn(server);
  const second = await refresh(server, first.refreshToken);
  assert.notEqual(second.refreshToken, first.refreshToken);
  assert.notEqual(second.token, first.token);
  for (const { token } of [first, second]) assert.equal(await worksAs(server, token), first.email);
  const third = await refresh(server, second.refreshToken);
  assert.equal(await worksAs(server, third.token), first.email);
});

test('a refresh token is good for 30 days from when it was made, and not a moment longer', async () => {
  const first = await openSignIn(server);
  clock.advance({ days: 30, ms: -1 });
  const second = await refresh(server, first.refreshToken);
  clock.advance({ days: 30, ms: -1 });
  const third = await refresh(server, second.refreshToken);
  clock.advance({ days: 30 });
  assert.equal((await refresh(server, third.refreshToken)).code, 'REFRESH_TOKEN_INVALID');
});

test('tabs that refresh at the same time all end with the same living token', async () => {
  const first = await openSignIn(server);
  const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(server, first.refreshToken)));
  const next = new Set(answers.map(({ refreshToken }) => refreshToken));
  assert.equal(next.size, 1, 'one current token');
  assert.ok(answers.every(({ code }) => code === undefined));
  assert.equal(await worksAs(server, answers[50]!.token), first.email);
  assert.equal((await refresh(server, [...next][0]!)).code, undefined, 'and it goes on');
});

test('an answer that was lost may be asked for again, however late, as long as nobody used it', async () => {
  const first = await openSignIn(server);
  const lost = await refresh(server, first.refreshToken);
  clock.advance({ days: 2 });
  const again = await refresh(server, first.refreshToken);
  assert.equal(again.refreshToken, lost.refreshToken);
  assert.equal(await worksAs(server, again.token), first.email);
});

test('within ten seconds the parent gets the current token, even if that was used', async () => {
  const first = await openSignIn(server);
  const second = await refresh(server, first.refreshToken);
  assert.equal(await worksAs(server, second.token), first.email);
  clock.advance({ ms: 10_000 });
  assert.equal((await refresh(server, first.refreshToken)).refreshToken, second.refreshToken);
});

test('after ten seconds a parent whose successor is in use ends the sign-in', async () => {
  const first = await openSignIn(server);
  const second = await refresh(server, first.refreshToken);
  assert.equal(await worksAs(server, second.token), first.email);
  clock.advance({ ms: 10_001 });
  assert.equal((await refresh(server, first.refreshToken)).code, 'REFRESH_TOKEN_REUSED');
  for (const { token } of [first, second]) assert.equal(await worksAs(server, token), null);
  assert.equal((await refresh(server, second.refreshToken)).code, 'REFRESH_TOKEN_INVALID');
});

test('anything older than the parent ends the sign-in at once, and leaves a row in the audit log', async () => {
  const [first, bystander] = [await openSignIn(server), await openSignIn(server)];
  const second = await refresh(server, first.refreshToken);
  const third = await refresh(server, second.refreshToken);
  assert.equal((await refresh(server, first.refreshToken)).code, 'REFRESH_TOKEN_REUSED');
  assert.equal(await worksAs(server, third.token), null);
  assert.equal((await refresh(server, third.refreshToken)).code, 'REFRESH_TOKEN_INVALID');
  assert.equal(await worksAs(server, bystander.token), bystander.email);
  const rows = await query(
    server.databaseUrl,
    `select a."targetType" from "AuditEntry" a join "User" u on u."id" = a."actorUserId"
     where a."action" = 'refreshTokenReused' and u."email" = '${first.email}'`,
  );
  assert.deepEqual(rows, [{ targetType: 'SignIn' }]);
});

test('a forged token ends nothing, whoever it names', async () => {
  const first = await openSignIn(server);
  const bytes = Buffer.from(first.refreshToken.slice(4), 'base64url');
  const forge = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(bytes);
    change(copy);
    return `slr_${copy.toString('base64url')}`;
  };
  const forged = [
    forge((copy) => copy.writeUInt32BE(0, 16)),
    forge((copy) => copy.writeUInt32BE(2, 16)),
    forge((copy) => copy.writeUInt32BE(0xffffffff, 16)),
    forge((copy) => copy.writeUInt8(copy[51]! ^ 1, 51)),
    forge((copy) => copy.fill(0, 20)),
    forge((copy) => copy.writeUInt8(copy[0]! ^ 1, 0)),
    `${first.refreshToken}=`,
    first.refreshToken.slice(0, -1),
    first.token,
    '',
  ];
  for (const token of forged) assert.equal((await refresh(server, token)).code, 'REFRESH_TOKEN_INVALID', token);
  assert.equal(await worksAs(server, first.token), first.email);
  assert.equal((await refresh(server, first.refreshToken)).code, undefined);
});

test('whoever was signed out, or is no member any more, gets no new token', async () => {
  const [out, removed] = [await openSignIn(server), await openSignIn(server)];
  (await graphql(server, 'mutation { signOut { signedOut } }', {}, out)).expectData();
  assert.equal((await refresh(server, out.refreshToken)).code, 'REFRESH_TOKEN_INVALID');
  await query(
    server.databaseUrl,
    `delete from "Membership" where "userId" = (select "id" from "User" where "email" = '${removed.email}')`,
  );
  assert.equal((await refresh(server, removed.refreshToken)).code, 'REFRESH_TOKEN_INVALID');
});

test('neither token is in the database or the log', async () => {
  const first = await openSignIn(server);
  const second = await refresh(server, first.refreshToken);
  const [{ dump } = { dump: '' }] = (await query(
    server.databaseUrl,
    `select string_agg(f::text, ' ') as dump from (
       select row_to_json(r)::text as f from "RefreshFamily" r union all select row_to_json(s)::text from "SignIn" s) x`,
  )) as { dump: string }[];
  assert.ok(dump.length > 100);
  for (const secret of [first, second].flatMap(({ token, refreshToken }) => [token, refreshToken.slice(30)])) {
    assert.ok(!dump.includes(secret) && !dump.includes(Buffer.from(secret).toString('hex')));
    assert.ok(!server.logs.join('').includes(secret));
  }
});

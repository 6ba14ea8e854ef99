import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Answer } from '../../harness/answer.ts';
import { query as sql } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, joinAs, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource } from '../../harness/sources.ts';
import { audit, uuidOf } from './world.ts';

const entry =
  'seq action at actorId actor { id name } actorApiKeyId targetType targetId requestId beforeHash afterHash hash';
const log = `query ($first: Int, $after: String, $filter: AuditLogFilter) {
  auditLog(first: $first, after: $after, filter: $filter) { edges { cursor node { ${entry} } } pageInfo { hasNextPage endCursor } }
}`;
const exporting =
  'mutation ($input: ExportAuditLogInput!) { exportAuditLog(input: $input) { content entryCount lastSeq hasMore } }';
const retention = `mutation ($input: SetRetentionInput!) { setRetention(input: $input) {
  ... on SetRetentionPayload { organization { id retention { snapshotDays eventDays auditDays } } } } }`;

describe('the audit log', () => {
  let server: TestServer;
  let owner: Person;
  let stranger: Person;
  const nodes = (answer: Answer) => answer.auditLog.edges.map((edge: Answer) => edge.node);
  const read = async (variables: Record<string, unknown> = {}, token = owner.token) =>
    nodes((await graphql(server, log, variables, { token })).expectData());

  before(async () => {
    server = await startTestServer();
    owner = await signUp(server, 'owner');
    stranger = await signUp(server, 'stranger');
  });
  after(() => server[Symbol.asyncDispose]());

  test('says who did what, on what, in which request, and how it was before and after', async () => {
    const headers = { 'x-request-id': 'the-request' };
    const answer = await graphql(server, retention, { input: { snapshotDays: 3 } }, { token: owner.token, headers });
    assert.deepEqual(answer.expectData().setRetention.organization.retention, {
      snapshotDays: 3,
      eventDays: 90,
      auditDays: 365,
    });
    const [found, ...others] = await read({ filter: { requestId: 'the-request' } });
    assert.deepEqual(others, []);
    assert.equal(found.action, 'setRetention');
    assert.equal(found.actorId, owner.userId);
    assert.deepEqual(found.actor, { id: owner.userId, name: 'owner name' });
    assert.equal(found.targetId, owner.organizationId);
    assert.match(found.beforeHash, /^[0-9a-f]{64}$/);
    assert.match(found.afterHash, /^[0-9a-f]{64}$/);
    assert.notEqual(found.beforeHash, found.afterHash);
  });

  test('is paged from the newest, filtered by action, actor, target and time, and shows one organization only', async () => {
    await createSource(server, owner);
    const key = await createKey(server, owner, ['READ', 'AUDIT']);
    const all = await read({ first: 100 });
    const numbers = all.map(({ seq }: Answer) => Number(seq));
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, index) => numbers.length - index),
    );
    const first = (await graphql(server, log, { first: 2 }, { token: owner.token })).expectData();
    const rest = await read({ first: 100, after: first.auditLog.pageInfo.endCursor });
    assert.deepEqual(
      [...nodes(first), ...rest].map(({ seq }: Answer) => seq),
      all.map(({ seq }: Answer) => seq),
    );
    const actions = async (filter: object) => (await read({ first: 100, filter })).map(({ action }: Answer) => action);
    assert.deepEqual(await actions({ actions: ['createSource'] }), ['createSource']);
    assert.deepEqual(await actions({ targetId: key.id }), ['createApiKey']);
    assert.deepEqual(await actions({ actorId: stranger.userId }), []);
    assert.deepEqual(await actions({ to: '2001-01-01T00:00:00.000Z' }), []);
    assert.equal((await actions({ from: '2001-01-01T00:00:00.000Z' })).length, all.length);
    assert.deepEqual(await read({ filter: { requestId: 'the-request' } }, stranger.token), []);
    // A key of the organization with the scope for it reads it, too.
    assert.ok((await read({}, key.secret)).length > 0);
  });

  test('is for owners and admins, and keys with the scope', async () => {
    const [admin, viewer] = [await joinAs(server, owner, 'ADMIN'), await joinAs(server, owner, 'VIEWER')];
    assert.ok((await read({}, admin.token)).length > 0);
    (await graphql(server, log, {}, { token: viewer.token })).expectCode('FORBIDDEN');
    (await graphql(server, exporting, { input: {} }, { token: viewer.token })).expectCode('FORBIDDEN');
    const key = await createKey(server, owner, ['READ']);
    assert.equal((await graphql(server, log, {}, { token: key.secret })).errors.length, 1);
  });

  test('what changes nothing, or is refused, leaves no entry', async () => {
    const before = await read({ first: 100 });
    const headers = { 'x-request-id': 'refused' };
    await graphql(server, retention, { input: { auditDays: 1 } }, { token: owner.token, headers });
    assert.equal((await read({ first: 100 })).length, before.length);
  });

  test('goes out as a file that is checked without us, and a changed line is found', async () => {
    const answer = await graphql(server, exporting, { input: { format: 'NDJSON' } }, { token: owner.token });
    const { content, entryCount, hasMore, lastSeq } = answer.expectData().exportAuditLog;
    const lines: string[] = content.trimEnd().split('\n');
    assert.equal(lines.length, entryCount);
    assert.equal(hasMore, false);
    assert.equal(JSON.parse(lines.at(-1)!).seq, String(lastSeq));
    const [newest] = await read({ first: 1 });
    assert.equal(newest.action, 'exportAuditLog');

    const path = join(server.sourceDirectory, 'audit.ndjson');
    await writeFile(path, content);
    assert.deepEqual((await audit(server.databaseUrl, 'verify', '--file', path)).code, 0);
    const changed = lines.with(3, JSON.stringify({ ...JSON.parse(lines[3]!), action: 'nothing' }));
    await writeFile(path, changed.join('\n'));
    const found = await audit(server.databaseUrl, 'verify', '--file', path);
    assert.equal(found.code, 3);
    assert.match(found.said, /BROKEN .* entry 4 \(.*it was changed/);

    const csv = await graphql(server, exporting, { input: { format: 'CSV', after: lastSeq } }, { token: owner.token });
    const [head, line, end] = csv.expectData().exportAuditLog.content.split('\r\n');
    assert.match(head, /^chainId,seq,.*,hash$/);
    assert.match(line, /exportAuditLog/);
    assert.equal(end, '');
  });

  test('`npm run audit -- verify` finds all chains whole, and names the first entry that was changed behind our back', async () => {
    const whole = await audit(server.databaseUrl, 'verify');
    assert.equal(whole.code, 0, whole.said);
    assert.match(whole.said, new RegExp(`ok +${uuidOf(owner.organizationId)} `));
    await sql(
      server.databaseUrl,
      `alter table "AuditEntry" disable trigger user;
       update "AuditEntry" set "actorUserId" = null where "organizationId" = '${uuidOf(stranger.organizationId)}' and "seq" = 1;
       alter table "AuditEntry" enable trigger user`,
    );
    const broken = await audit(server.databaseUrl, 'verify');
    assert.equal(broken.code, 3, broken.said);
    assert.match(broken.said, new RegExp(`BROKEN +${uuidOf(stranger.organizationId)} +entry 1 \\(`));
    assert.match(broken.said, new RegExp(`ok +${uuidOf(owner.organizationId)} `));
    const one = await audit(server.databaseUrl, 'verify', '--organization', uuidOf(owner.organizationId));
    assert.equal(one.code, 0, one.said);
  });
});

test('the command line says what it wants', async () => {
  const { code, said } = await audit('postgres://nobody@127.0.0.1:1/none', 'check');
  assert.equal(code, 2);
  assert.match(said, /npm run audit -- verify/);
});

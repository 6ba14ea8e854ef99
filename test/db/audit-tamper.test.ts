import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { defaultAppRole } from '@sightline/db/app-role';
import { openDatabase, openTenantDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { createAuditLog } from '@sightline/server/domain/audit/audit-log';
import { verifyChains } from '@sightline/server/domain/audit/verify-chains';
import { tenantScope, withOrganization } from '@sightline/server/tenancy';
import { createTestDatabase } from '../harness/database.ts';
import { report } from '../security/report.ts';

const organizationId = randomUUID();
const length = 120;
const held = new AsyncDisposableStack();
let owner: Database;
let app: Database;

before(async () => {
  const { url } = held.use(await createTestDatabase());
  owner = held.use(openDatabase(url, { maxConnections: 8 }));
  app = held.use(openTenantDatabase(url, { maxConnections: 8, scope: tenantScope, role: defaultAppRole }));
  await owner.prisma.organization.create({ data: { id: organizationId, name: 'o' } });
  const audit = createAuditLog({ clock: { nowOf: () => new Date(), ours: { now: () => new Date() } } });
  const actor = { organizationId, userId: randomUUID(), apiKeyId: null };
  // As the application, many at once: the chain has to come out whole all the same.
  await withOrganization(organizationId, () =>
    Promise.all(
      Array.from({ length }, (_, index) =>
        app.prisma.$transaction((tx) =>
          audit.record(tx, actor, {
            action: `act ${index}, “quoted” ñ`,
            ...(index % 2 && { targetType: 'Source' }),
            targetId: index % 3 ? randomUUID() : null,
            requestId: `request ${index}`,
            before: index % 4 ? { index } : undefined,
            after: { index: index + 1 },
          }),
        ),
      ),
    ),
  );
});
after(() => held.disposeAsync());

const verify = async () => (await verifyChains(owner.pool, organizationId))[0]!;

/** The same numbers each time. */
function dice(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
}

test('entries that many wrote at once are one whole chain', async () => {
  assert.deepEqual(await verify(), { chainId: organizationId, count: length, broken: null });
});

test('the application can change, remove, forge or renumber none of them: a hundred tries', async () => {
  const roll = dice(1);
  const tries = [
    (seq: number) => `update "AuditEntry" set "action" = 'nothing' where "seq" = ${seq}`,
    (seq: number) => `delete from "AuditEntry" where "seq" = ${seq}`,
    (seq: number) => `update "AuditEntry" set "at" = now(), "hash" = "hash" where "seq" = ${seq}`,
    () => `truncate "AuditEntry"`,
    () => `update "AuditChain" set "lastSeq" = 0`,
    () => `delete from "AuditChain"`,
    () => `alter table "AuditEntry" disable trigger all`,
    () => `drop trigger "AuditEntry_chain" on "AuditEntry"`,
    () => `select "prune_audit_entries"('${organizationId}', now() + interval '1 day')`,
    () => `insert into "AuditEntry" ("id", "organizationId", "action", "requestId")
      values (gen_random_uuid(), '${randomUUID()}', 'forged', 'x')`,
  ];
  const counts = { tried: 0, 'let through': 0 };
  const answers = new Map<string, unknown>();
  for (let count = 0; count < 100; count += 1) {
    const statement = tries[count % tries.length]!(1 + roll(length));
    const code = await withOrganization(organizationId, () => app.pool.query(statement)).then(
      () => 'it was done',
      (error: { code?: string }) => error.code,
    );
    if (code !== '42501') answers.set(statement, code);
    counts.tried += 1;
  }
  counts['let through'] = answers.size;
  report('changes of audit entries by the application', counts);
  assert.deepEqual([...answers], []);
  assert.equal((await verify()).broken, null);
});

test('what the application adds goes to the end, whatever number and hash it asks for', async () => {
  await withOrganization(organizationId, () =>
    app.pool.query(
      `insert into "AuditEntry" ("id", "organizationId", "action", "requestId", "chainId", "seq", "previousHash", "hash")
       values (gen_random_uuid(), $1, 'added', 'x', gen_random_uuid(), 3, '\\x00', '\\x01')`,
      [organizationId],
    ),
  );
  assert.deepEqual(await verify(), { chainId: organizationId, count: length + 1, broken: null });
});

test('a hundred changes by somebody who owns the tables are each found, at the first entry that is not as it was', async () => {
  const roll = dice(2);
  const other = randomUUID();
  const changes: { sql: (seq: number) => string; firstBroken: (seq: number) => number }[] = [
    {
      sql: (seq) => `update "AuditEntry" set "action" = "action" || ' ' where "seq" = ${seq}`,
      firstBroken: (seq) => seq,
    },
    { sql: (seq) => `update "AuditEntry" set "actorUserId" = null where "seq" = ${seq}`, firstBroken: (seq) => seq },
    {
      sql: (seq) => `update "AuditEntry" set "at" = "at" + interval '1 millisecond' where "seq" = ${seq}`,
      firstBroken: (seq) => seq,
    },
    {
      sql: (seq) => `update "AuditEntry" set "afterHash" = sha256('x') where "seq" = ${seq}`,
      firstBroken: (seq) => seq,
    },
    { sql: (seq) => `delete from "AuditEntry" where "seq" = ${seq}`, firstBroken: (seq) => seq + 1 },
    // Whoever makes the hash right again still breaks the link to the next.
    {
      sql: (seq) => `update "AuditEntry" set "action" = 'x' where "seq" = ${seq};
        update "AuditEntry" e set "hash" = audit_entry_hash(e) where "seq" = ${seq}`,
      firstBroken: (seq) => seq + 1,
    },
    {
      sql: (seq) => `update "AuditEntry" set "requestId" = '${other}' where "seq" >= ${seq}`,
      firstBroken: (seq) => seq,
    },
  ];
  const counts = { tried: 0 };
  const missed: string[] = [];
  for (let count = 0; count < 100; count += 1) {
    const seq = 1 + roll(length - 1);
    const { sql, firstBroken } = changes[count % changes.length]!;
    const client = await owner.pool.connect();
    try {
      await client.query(`begin; alter table "AuditEntry" disable trigger user; ${sql(seq)}`);
      // In the transaction of the change, so that it can be taken back.
      const within = { connect: async () => ({ query: inside(client.query.bind(client)), release() {} }) as never };
      const [verdict] = await verifyChains(within, organizationId);
      counts.tried += 1;
      if (verdict?.broken?.seq !== String(firstBroken(seq))) missed.push(`${sql(seq)}: ${JSON.stringify(verdict)}`);
    } finally {
      await client.query('rollback');
      client.release();
    }
  }
  report('changes of audit entries by the owner of the tables', { ...counts, unnoticed: missed.length });
  assert.deepEqual(missed, []);
  assert.equal((await verify()).broken, null);
});

/** Leaves out what begins and ends a transaction. */
function inside(query: (...args: never[]) => unknown) {
  const control = /^(begin|commit|rollback|set transaction)/;
  return (...args: never[]) => (control.test(String(args[0])) ? Promise.resolve({ rows: [] }) : query(...args));
}

test('cutting off the end is found, and so is a chain whose end is gone', async () => {
  const client = await owner.pool.connect();
  try {
    await client.query(
      `begin; alter table "AuditEntry" disable trigger user; delete from "AuditEntry" where "seq" > 100`,
    );
    const within = { connect: async () => ({ query: inside(client.query.bind(client)), release() {} }) as never };
    const [verdict] = await verifyChains(within, organizationId);
    assert.deepEqual(verdict?.broken, { seq: '101', id: null, reason: 'it is missing, and all after it' });
  } finally {
    await client.query('rollback');
    client.release();
  }
});

test('what retention removes is no break: the chain begins after it', async () => {
  const { rows } = await owner.pool.query<{ at: Date }>(`select "at" from "AuditEntry" where "seq" = 50`);
  const { rows: pruned } = await owner.pool.query(`select "prune_audit_entries"($1, $2)::int as "count"`, [
    organizationId,
    rows[0]!.at,
  ]);
  const verdict = await verify();
  assert.equal(verdict.broken, null);
  assert.equal(verdict.count, length + 1 - pruned[0].count);
  // Nobody can remove more and say that it was retention.
  await assert.rejects(owner.pool.query(`delete from "AuditEntry" where "seq" = 60`), { code: '42501' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase, openRequestPool, openTenantDatabase } from '@sightline/db/database';
import { afterCommit, OneTransaction, outsideOf, withinTransaction } from '@sightline/db/one-transaction';
import { createTestDatabase, query } from '../harness/database.ts';

/** Both pools of a server, and the one for requests with a key. */
async function open() {
  await using opening = new AsyncDisposableStack();
  const { url } = opening.use(await createTestDatabase());
  const system = opening.use(openDatabase(url, { maxConnections: 3 }));
  const scope = { organization: () => null, within: <Result>(_id: string | null, work: () => Result) => work() };
  const tenant = opening.use(openTenantDatabase(url, { scope, role: 'sightline_app', maxConnections: 3 }));
  const pool = openRequestPool(url);
  opening.defer(() => pool.end());
  await query(url, 'create table notes (note text primary key)');
  const notes = async () => (await query(url, 'select note from notes order by note')).map(({ note }) => note);
  const all = opening.move();
  return { system, tenant, pool, notes, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const add = (note: string) => `insert into notes values ('${note}')`;

test('what is begun inside is taken back by itself, and a statement that fails takes nothing along', async () => {
  await using db = await open();
  const transaction = await OneTransaction.begin(db.pool);
  await withinTransaction(transaction, async () => {
    await db.system.pool.query(add('a'));
    await assert.rejects(db.system.pool.query(add('a')), { code: '23505' });
    const client = await db.system.pool.connect();
    await client.query('begin');
    await client.query(add('b'));
    await assert.rejects(client.query('select nonsense'));
    await assert.rejects(client.query(add('c')), /ignored until it ends/);
    await client.query('rollback');
    client.release();
    await db.system.prisma.$transaction(async (tx) => tx.$executeRaw`insert into notes values ('d')`);
    await assert.rejects(
      db.system.prisma.$transaction(async (tx) => {
        await tx.$executeRaw`insert into notes values ('e')`;
        throw new Error('no');
      }),
      /no/,
    );
    assert.deepEqual(await db.notes(), [], 'nobody else sees anything yet');
  });
  await transaction.commit();
  assert.deepEqual(await db.notes(), ['a', 'd']);
});

test('each pool goes on to speak as whom it speaks elsewhere', async () => {
  await using db = await open();
  const transaction = await OneTransaction.begin(db.pool);
  const who = async (pool: typeof db.pool) =>
    (await pool.query<{ who: string }>('select current_user as who')).rows[0]?.who;
  await withinTransaction(transaction, async () => {
    const login = await who(db.system.pool);
    assert.equal(await who(db.tenant.pool), 'sightline_app');
    await assert.rejects(db.tenant.pool.query(add('a')), { code: '42501' });
    assert.equal(await who(db.system.pool), login);
    await assert.rejects(db.tenant.pool.query('select nonsense'));
    assert.equal(await who(db.tenant.pool), 'sightline_app');
    assert.notEqual(login, 'sightline_app');
  });
  await transaction.rollback();
});

test('transactions that run across each other, of which one fails, take all of it back', async () => {
  await using db = await open();
  const transaction = await OneTransaction.begin(db.pool);
  await withinTransaction(transaction, async () => {
    const [one, two] = [await db.system.pool.connect(), await db.system.pool.connect()];
    await one.query('begin');
    await two.query('begin');
    await two.query(add('of two'));
    await two.query('commit');
    await assert.rejects(one.query('rollback'), /ran across each other/);
    await assert.rejects(db.system.pool.query(add('later')), /ran across each other/);
  });
  await assert.rejects(transaction.commit(), /ran across each other/);
  assert.deepEqual(await db.notes(), []);
});

test('what is outside stays, and what waits for the commit happens then or never', async () => {
  await using db = await open();
  const told: string[] = [];
  for (const isKept of [false, true]) {
    const name = isKept ? 'kept' : 'lost';
    const transaction = await OneTransaction.begin(db.pool);
    await withinTransaction(transaction, async () => {
      await db.system.pool.query(add(name));
      await outsideOf(db.system.pool).query(add(`outside ${name}`));
      afterCommit(() => told.push(name));
      assert.deepEqual(told, []);
    });
    await (isKept ? transaction.commit() : transaction.rollback());
    const goOn = () => withinTransaction(transaction, () => db.system.pool.query(add(`after ${name}`)));
    // After the commit there are connections of one's own again. What was taken back does not go on behind it, whose
    // caller sends it again since nothing was done.
    if (isKept) await goOn();
    else await assert.rejects(goOn(), /is over/);
  }
  assert.deepEqual(told, ['kept']);
  assert.deepEqual(await db.notes(), ['after kept', 'kept', 'outside kept', 'outside lost']);
});

test('statements that never reach the database, or fail late, leave the others and their order alone', async () => {
  await using db = await open();
  const transaction = await OneTransaction.begin(db.pool);
  await withinTransaction(transaction, async () => {
    const unwritable = { toPostgres: () => assert.fail('no value at all') };
    await assert.rejects(db.system.pool.query('insert into notes values ($1)', [unwritable]), /no value at all/);
    const all = await Promise.allSettled([
      db.system.pool.query(add('a')),
      db.tenant.pool.query('select * from notes'),
      db.system.pool.query('insert into notes values (1 / 0)'),
      db.system.pool.query(add('a')),
      db.system.pool.query(add('b')),
      db.system.prisma.$transaction(async (tx) => {
        await tx.$executeRaw`insert into notes values ('c')`;
        await tx.$executeRaw`insert into notes values ('c')`;
      }),
    ]);
    const [first, , third, fourth, fifth, sixth] = all.map(({ status }) => status === 'fulfilled');
    assert.deepEqual([first, third, fourth, fifth, sixth], [true, false, false, true, false]);
    await db.system.pool.query(add('d'));
  });
  await transaction.commit();
  assert.deepEqual(await db.notes(), ['a', 'b', 'd']);
});

test('a commit of which the last statements fail keeps nothing, and its connection is good again or gone', async () => {
  await using db = await open();
  for (let turn = 0; turn < 20; turn++) {
    const transaction = await OneTransaction.begin(db.pool);
    await withinTransaction(transaction, () => db.system.pool.query(add(`turn ${turn}`)));
    await assert.rejects(transaction.commit([{ text: 'select nonsense' }]), { code: '42703' });
  }
  assert.deepEqual(await db.notes(), []);
  const opened = await Promise.all(Array.from({ length: 8 }, () => OneTransaction.begin(db.pool)));
  await Promise.all(opened.map((one) => one.commit()));
  assert.equal(db.pool.waitingCount, 0);
});

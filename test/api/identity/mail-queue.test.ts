import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { startMailQueue } from '@sightline/server/domain/mail/mail-queue';
import { createSecretBox } from '@sightline/server/domain/secrets/secret-box';
import { createEnvKeyWrapper } from '@sightline/server/infra/env-key-wrapper';
import type { Mailer } from '@sightline/server/ports/mailer';
import { createTestDatabase } from '../../harness/database.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';

const keys = [{ id: 'one', secret: 'the first key of all the keys there are' }];
const invitation = {
  to: 'new@example.com',
  userId: null,
  template: 'invitation',
  locale: 'ES',
  values: {
    organization: 'Faro\r\nBcc: x@y.z',
    inviter: 'Ana',
    link: 'https://web.example/join#secret-of-the-link',
    days: 7,
  },
} as const;

async function open(mailer: Mailer) {
  await using opening = new AsyncDisposableStack();
  const { url } = opening.use(await createTestDatabase());
  const database = opening.use(openDatabase(url, { maxConnections: 3 }));
  const { pool, prisma } = database;
  const clock = movableClock();
  const secrets = createSecretBox({ pool, keys: createEnvKeyWrapper(keys) });
  const log = { warn() {} };
  const queue = opening.use(startMailQueue({ pool, secrets, mailer, clock, log, pollMs: 10 }));
  const held = opening.move();
  return { pool, prisma, clock, queue, secrets, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

describe('mails', () => {
  test('a mail is sent after the commit, in the language asked for, and is then gone from the database', async () => {
    const mailbox = createMailbox();
    await using world = await open(mailbox.mailer);
    await world.prisma.$transaction((tx) => world.queue.add(tx, invitation));
    world.queue.kick();
    const mail = await mailbox.next(invitation.to);
    assert.equal(mail.subject, 'Únete a Faro Bcc: x@y.z');
    assert.equal(mail.link?.href, invitation.values.link);
    while ((await world.prisma.mailMessage.count()) > 0) await new Promise(setImmediate);
  });

  test('a mail of a transaction that was rolled back is never sent', async () => {
    const mailbox = createMailbox();
    await using world = await open(mailbox.mailer);
    const rolledBack = world.prisma.$transaction(async (tx) => {
      await world.queue.add(tx, { ...invitation, to: 'never@example.com' });
      throw new Error('no');
    });
    await assert.rejects(rolledBack, /no/);
    await world.prisma.$transaction((tx) => world.queue.add(tx, invitation));
    await mailbox.next(invitation.to);
    assert.equal(mailbox.mails.length, 1);
  });

  test('a mail that nobody took comes again, and what waits tells nothing', async () => {
    const mailbox = createMailbox();
    let isDown = true;
    const { promise: refused, resolve } = Promise.withResolvers<void>();
    const send: Mailer['send'] = async (mail) => {
      if (!isDown) return mailbox.mailer.send(mail);
      resolve();
      throw new Error('down');
    };
    await using world = await open({ ...mailbox.mailer, send });
    await world.prisma.$transaction((tx) => world.queue.add(tx, invitation));
    await refused;
    const { rows } = await world.pool.query(
      'select m::text as text, encode(m."sealed", \'escape\') as bytes from "MailMessage" m',
    );
    assert.equal(rows.length, 1);
    assert.doesNotMatch(JSON.stringify(rows), /example|secret-of|Ana/);
    isDown = false;
    world.clock.advance({ ms: 60_000 });
    await mailbox.next(invitation.to);
  });
});

test('a sealed secret opens for its own purpose alone, and not when it was changed', async () => {
  await using world = await open(createMailbox().mailer);
  const sealed = await world.secrets.seal('a seed', 'totp:1');
  assert.equal((await world.secrets.open(sealed, 'totp:1')).toString(), 'a seed');
  await assert.rejects(world.secrets.open(sealed, 'totp:2'));
  const changed = Uint8Array.from(sealed);
  changed[changed.length - 20]! ^= 1;
  await assert.rejects(world.secrets.open(changed, 'totp:1'));
});

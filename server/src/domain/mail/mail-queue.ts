import { randomUUIDv7 } from 'node:crypto';
import type { Locale, Prisma } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { MailTemplate } from '../../messages/mail.en.ts';
import { mailText } from '../../messages/mail-text.ts';
import type { MailValues } from '../../messages/mail-text.ts';
import type { Clock } from '../../ports.ts';
import type { Mail, Mailer } from '../../ports/mailer.ts';
import type { Sql } from '../../transaction.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { claimMailSql, removeMailSql } from './mail.queries.ts';

export type MailQueue = {
  /** Adds a mail in the caller's transaction: it is sent after the commit, or never when there is none. */
  add(tx: Prisma.TransactionClient, mail: NewMail): Promise<void>;
  /** Call after the commit: mails leave now instead of at the next poll. Never waits, never throws. */
  kick(): void;
};

export type NewMail = {
  to: string;
  /** Whom it is about, so that it goes when they are erased; null when nobody has the address. */
  userId: string | null;
  template: MailTemplate;
  locale: Locale;
  values: MailValues;
};

type Deps = {
  pool: Sql;
  secrets: SecretBox;
  mailer: Mailer;
  clock: Clock;
  log: Pick<Logger, 'warn'>;
  /** Longest a mail waits when nobody kicks. */
  pollMs?: number;
};

type Row = { id: string; sealed: Uint8Array; attemptCount: number };

/** A mail that failed comes again after this long, doubled each time up to an hour. */
const retryMs = 10_000;
const retryMsMax = 3_600_000;
/** After about a day nobody waits for it any more. */
const attemptsMax = 30;

/**
 * Mails that wait in the database, sealed, until a mailer takes them: sent at least once, by one process at a time.
 * Asking for one takes the same time whether anybody gets it.
 */
export function startMailQueue({
  pool,
  secrets,
  mailer,
  clock,
  log,
  pollMs = 1_000,
}: Deps): MailQueue & AsyncDisposable {
  let isWanted = false;
  let isStopped = false;
  let running: Promise<void> | null = null;

  async function sendNext(): Promise<boolean> {
    const now = clock.now();
    // Claimed by moving the next attempt away: a process that dies meanwhile leaves it to that one.
    const { rows } = await pool.query<Row>({ ...claimMailSql, values: [now, retryMs, retryMsMax] });
    const row = rows[0];
    if (!row) return false;
    try {
      await mailer.send(JSON.parse((await secrets.open(row.sealed, `mail:${row.id}`)).toString()) as Mail);
    } catch (error) {
      const isLast = row.attemptCount >= attemptsMax;
      log.warn({ err: error, mailId: row.id }, isLast ? 'mail given up' : 'mail not taken, trying again later');
      if (!isLast) return true;
    }
    await pool.query({ ...removeMailSql, values: [row.id] });
    return true;
  }

  async function sendAll(): Promise<void> {
    try {
      while (isWanted && !isStopped) {
        isWanted = false;
        while (!isStopped && (await sendNext()));
      }
    } catch (error) {
      log.warn({ err: error }, 'mails could not be read, trying again at the next poll');
    } finally {
      running = null;
    }
  }

  function kick(): void {
    if (isStopped) return;
    isWanted = true;
    running ??= sendAll();
  }

  const poll = setInterval(kick, pollMs);
  return {
    async add(tx, { to, userId, template, locale, values }) {
      const id = randomUUIDv7();
      const mail: Mail = { to, ...mailText(template, locale, values) };
      const sealed = await secrets.seal(JSON.stringify(mail), `mail:${id}`);
      // Not `create`, which reads back what it wrote: those who may add mails need not be able to read them.
      await tx.mailMessage.createMany({ data: [{ id, userId, sealed, nextAttemptAt: clock.now() }] });
    },
    kick,
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearInterval(poll);
      await running;
    },
  };
}

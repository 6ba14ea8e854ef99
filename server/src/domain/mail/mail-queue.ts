import { randomUUIDv7 } from 'node:crypto';
import type { Locale, Prisma } from '@sightline/db/client';
import { afterCommit } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { MailTemplate } from '../../messages/mail.en.ts';
import { mailText } from '../../messages/mail-text.ts';
import type { MailValues } from '../../messages/mail-text.ts';
import type { Clock } from '../../ports.ts';
import type { Mail, Mailer } from '../../ports/mailer.ts';
import type { Sql } from '../../transaction.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { claimMailSql, removeMailSql, waitingMailsSql } from './mail.queries.ts';

export type MailQueue = {
  /** Adds a mail in the caller's transaction: it is sent after the commit, or never when there is none. */
  add(tx: Prisma.TransactionClient, mail: NewMail): Promise<void>;
  /**
   * The same for a mail that is only made when its turn comes, by what `makes` gave for `kind`. Whoever asks for it learns
   * nothing from how long that took, for until then nobody has looked who there is. `input` is stored sealed.
   */
  addLater<Kind extends keyof LaterMails>(
    tx: Prisma.TransactionClient,
    kind: Kind,
    input: LaterMails[Kind],
  ): Promise<void>;
  /** Says how mails of this kind are made; null: nobody gets one. A maker runs again when its mail was not taken. */
  makes<Kind extends keyof LaterMails>(kind: Kind, maker: (input: LaterMails[Kind]) => Promise<NewMail | null>): void;
  /**
   * Removes in the caller's transaction what waits for somebody who is erased, or names them. Reads every mail that waits:
   * whom one is for is sealed, too.
   */
  forget(sql: Sql, person: { userId: string; email: string }): Promise<void>;
  /** Call after the commit: mails leave now instead of at the next poll. Never waits, never throws. */
  kick(): void;
};

export type NewMail = {
  to: string;
  /** Whom it is about, so that it goes when they are erased; null when nobody has the address. */
  userId: string | null;
  /** Who is named in it, when that is not who gets it. */
  byUserId?: string;
  template: MailTemplate;
  locale: Locale;
  values: MailValues;
};

/** Kinds of mails that are made later, and what each is made from; must survive JSON. */
export type LaterMails = {
  'sign-up': {
    email: string;
    name: string;
    organizationName: string;
    passwordHash: string;
    locale: Locale;
    timeZone: string;
  };
  'verify-email': { email: string };
  'reset-password': { email: string };
  /** `askedAt`: ISO 8601. Left out by those from before it was asked for. */
  'change-email': { userId: string; email: string; askedAt?: string };
};

type Waiting = (Mail & { byUserId?: string }) | { later: keyof LaterMails; input: LaterMails[keyof LaterMails] };
type Maker = (input: never) => Promise<NewMail | null>;

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
const nilUuid = '00000000-0000-0000-0000-000000000000';

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
  const makers = new Map<string, Maker>();
  let isWanted = false;
  let isStopped = false;
  let running: Promise<void> | null = null;

  async function make(kind: string, input: object): Promise<Mail | null> {
    const maker = makers.get(kind);
    if (!maker) throw new Error(`Nobody makes mails of the kind “${kind}” yet.`);
    const mail = await maker(input as never);
    return mail && { to: mail.to, ...mailText(mail.template, mail.locale, mail.values) };
  }

  async function store(tx: Prisma.TransactionClient, userId: string | null, waiting: Waiting): Promise<void> {
    const id = randomUUIDv7();
    const sealed = await secrets.seal(JSON.stringify(waiting), `mail:${id}`);
    // Not `create`, which reads back what it wrote: those who may add mails need not be able to read them.
    await tx.mailMessage.createMany({ data: [{ id, userId, sealed, nextAttemptAt: clock.now() }] });
  }

  const unseal = async ({ id, sealed }: Pick<Row, 'id' | 'sealed'>) =>
    JSON.parse((await secrets.open(sealed, `mail:${id}`)).toString()) as Waiting;

  async function mailOf(waiting: Waiting): Promise<Mail | null> {
    if ('later' in waiting) return make(waiting.later, waiting.input);
    const { byUserId: _byUserId, ...mail } = waiting;
    return mail;
  }

  async function sendNext(): Promise<boolean> {
    const now = clock.now();
    // Claimed by moving the next attempt away: a process that dies meanwhile leaves it to that one.
    const { rows } = await pool.query<Row>({ ...claimMailSql, values: [now, retryMs, retryMsMax] });
    const row = rows[0];
    if (!row) return false;
    try {
      const mail = await mailOf(await unseal(row));
      if (mail) await mailer.send(mail);
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
    add: (tx, { to, userId, byUserId, template, locale, values }) =>
      store(tx, userId, { to, ...mailText(template, locale, values), ...(byUserId && { byUserId }) }),
    addLater: (tx, later, input) => store(tx, null, { later, input }),
    makes: (kind, maker) => void makers.set(kind, maker as Maker),
    async forget(sql, person) {
      for (let after = nilUuid; ;) {
        const { rows } = await sql.query<Row>({ ...waitingMailsSql, values: [after] });
        for (const row of rows) {
          // One that no longer opens cannot be sent, either.
          const waiting = await unseal(row).catch(() => null);
          if (waiting && isAbout(waiting, person)) await sql.query({ ...removeMailSql, values: [row.id] });
        }
        const last = rows.at(-1);
        if (!last) return;
        after = last.id;
      }
    },
    kick: () => afterCommit(kick),
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearInterval(poll);
      await running;
    },
  };
}

function isAbout(waiting: Waiting, { userId, email }: { userId: string; email: string }): boolean {
  if (!('later' in waiting)) return waiting.byUserId === userId || waiting.to.toLowerCase() === email;
  const input: { email: string; userId?: string } = waiting.input;
  return input.userId === userId || input.email.trim().toLowerCase() === email;
}

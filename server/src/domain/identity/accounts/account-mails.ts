import type { PrismaClient, User } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { LaterMails, MailQueue, NewMail } from '../../mail/mail-queue.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import { createOwner, isTaken } from './owners.ts';
import type { ChosenAtSignUp } from './verification.service.ts';

type Deps = { db: PrismaClient; clock: Clock; tokens: OneTimeTokens; mail: MailQueue; webUrl(): string };
type Reader = Pick<User, 'id' | 'name' | 'locale'>;

const verifyHours = 24;
const resetMinutes = 30;

/**
 * Says how the mails are made that anybody may ask for by an address. It is here, after the answer, that the address is
 * looked up: what was asked for tells nobody whether somebody has it.
 */
export function makeAccountMails({ db, clock, tokens, mail, webUrl }: Deps): void {
  // Behind `#` it stays in the browser: no server, proxy or other site on the way reads it.
  const linkTo = (page: string, token: string) => `${webUrl()}/${page}#token=${token}`;
  const findUser = (email: string) => db.user.findFirst({ where: { email, erasedAt: null } });

  async function verifyMail(user: Reader, email: string, chosen?: ChosenAtSignUp): Promise<NewMail> {
    const about = { userId: user.id, purpose: 'VERIFY_EMAIL', email, minutes: verifyHours * 60 } as const;
    const token = await tokens.issue(db, { ...about, ...(chosen && { payload: chosen }) });
    const values = { name: chosen?.name ?? user.name, hours: verifyHours, link: linkTo('verify-email', token) };
    return { to: email, userId: user.id, template: 'verify-email', locale: user.locale, values };
  }

  const knownMail = ({ id, name, locale }: Reader, email: string): NewMail => ({
    ...{ to: email, userId: id, template: 'sign-up-known', locale },
    values: { name, link: `${webUrl()}/forgot-password` },
  });

  async function signUpMail(input: LaterMails['sign-up'], isAgain = false): Promise<NewMail> {
    const { email, name, passwordHash } = input;
    const user = await findUser(email);
    if (!user) {
      try {
        const made = await db.$transaction((tx) => createOwner(tx, input, clock.now()));
        return await verifyMail(made.user, email, { passwordHash, name });
      } catch (error) {
        // Somebody was quicker, so now there is one.
        if (isAgain || !isTaken(error)) throw error;
        return signUpMail(input, true);
      }
    }
    if (user.emailVerifiedAt) return knownMail(user, email);
    const isUsed = (await db.signIn.count({ where: { userId: user.id } })) > 0;
    // Nobody has proved the address yet, so whoever does gets what they chose, not what somebody before them did.
    return verifyMail(user, email, isUsed ? undefined : { passwordHash, name });
  }

  mail.makes('sign-up', (input) => signUpMail(input));
  mail.makes('verify-email', async ({ email }) => {
    const user = await findUser(email);
    if (!user || user.emailVerifiedAt) return null;
    const where = { userId: user.id, purpose: 'VERIFY_EMAIL', email } as const;
    const latest = await db.oneTimeToken.findFirst({ where, orderBy: { id: 'desc' } });
    return verifyMail(user, email, (latest?.payload as ChosenAtSignUp | null | undefined) ?? undefined);
  });
  mail.makes('reset-password', async ({ email }) => {
    const user = await findUser(email);
    if (!user) return null;
    const about = { userId: user.id, purpose: 'RESET_PASSWORD', email, minutes: resetMinutes } as const;
    const token = await tokens.issue(db, about);
    const values = { name: user.name, minutes: resetMinutes, link: linkTo('reset-password', token) };
    return { to: email, userId: user.id, template: 'reset-password', locale: user.locale, values };
  });
  mail.makes('change-email', async ({ userId, email, askedAt }) => {
    const [user, other] = await Promise.all([
      db.user.findFirst({ where: { id: userId, erasedAt: null } }),
      findUser(email),
    ]);
    if (other && other.id !== userId) return other.emailVerifiedAt ? knownMail(other, email) : null;
    // A mail may wait for hours. Whoever changed the password meanwhile did so against whoever asked before.
    if (!user || (askedAt !== undefined && new Date(askedAt) < user.passwordChangedAt)) return null;
    return verifyMail(user, email);
  });
}

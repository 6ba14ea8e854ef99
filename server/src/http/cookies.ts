import type { IncomingHttpHeaders } from 'node:http';
import { refreshTokenDays } from '../domain/identity/tokens/lifetimes.ts';
import type { SignedIn } from '../domain/identity/sign-ins.service.ts';

/** `__Host-`: only over TLS (or to this machine), only from and for exactly this host. */
export const cookieNames = {
  access: '__Host-sightline-access',
  refresh: '__Host-sightline',
  device: '__Host-sightline-device',
} as const;

/** Scripts never see them, and pages of other sites never send them. */
const attributes = 'Path=/; HttpOnly; Secure; SameSite=Strict';
const deviceSeconds = 400 * 86_400;

const cookie = (name: string, value: string, maxAgeSeconds: number) =>
  `${name}=${value}; ${attributes}; Max-Age=${maxAgeSeconds}`;

/** Seconds until the access token is over, as cookies count them: whole ones, and clocks of pages need not be right. */
export const secondsLeft = (expiresAt: Date, now: Date): number =>
  Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1000));

/** What a page is told of its own sign-in, which is not the tokens. */
export const toldOf = ({ expiresAt }: Pick<SignedIn, 'expiresAt'>, csrfToken: string, now: Date) => ({
  csrfToken,
  expiresAt,
  expiresInSeconds: secondsLeft(expiresAt, now),
});

/** What keeps a browser signed in. `deviceToken`, where there is one, makes it known the next time. */
export function sessionCookies(signedIn: SignedIn & { deviceToken?: string | null }, now: Date): string[] {
  const { token, refreshToken, expiresAt, deviceToken = null } = signedIn;
  return [
    cookie(cookieNames.access, token, secondsLeft(expiresAt, now)),
    cookie(cookieNames.refresh, refreshToken, refreshTokenDays * 86_400),
    ...(deviceToken === null ? [] : [cookie(cookieNames.device, deviceToken, deviceSeconds)]),
  ];
}

/** What ends it. The device stays known. */
export function clearedCookies(): string[] {
  return [cookie(cookieNames.access, '', 0), cookie(cookieNames.refresh, '', 0)];
}

/** The cookie's value; null without one, and where a request names it twice, which no browser does. */
export function cookieOf({ cookie: header = '' }: IncomingHttpHeaders, name: string): string | null {
  const values = header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
  return values.length === 1 ? values[0] || null : null;
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { RequestRefusedError } from '../errors/request-errors.ts';
import type { OwnOrigins } from './own-origins.ts';

type Deps = { signingKey: string; isOwnOrigin: OwnOrigins };
type Asked = { readonly headers: IncomingHttpHeaders };

export type Csrf = ReturnType<typeof createCsrf>;

/** Where a page shows that it could read what we told it: pages of other sites cannot. */
export const csrfHeader = 'x-csrf-token';

/** Keeps pages of other sites from acting with the cookie of whoever looks at them. */
export function createCsrf({ signingKey, isOwnOrigin }: Deps) {
  const digest = (signInId: string) =>
    createHmac('sha256', signingKey).update(`sightline-csrf-1\n${signInId}`).digest();

  /** Cookies count only for our own pages and those of CORS_ORIGINS. Throws ORIGIN_REFUSED. */
  function requireOwnOrigin({ headers }: Asked): void {
    const isElsewhere = headers.origin === undefined && headers['sec-fetch-site'] === 'cross-site';
    if (!isElsewhere && isOwnOrigin(headers)) return;
    throw new RequestRefusedError('ORIGIN_REFUSED', 'Pages of this origin may not act for people who are signed in.');
  }

  return {
    /** What `GET /session` tells the page that holds this sign-in. */
    tokenFor: (signInId: string): string => digest(signInId).toString('base64url'),

    requireOwnOrigin,

    /**
     * Call it wherever a cookie is the credential, whatever the method. Throws ORIGIN_REFUSED for a page of another
     * site, CSRF_REFUSED without the token of this sign-in.
     */
    requireCsrf(request: Asked, signInId: string): void {
      requireOwnOrigin(request);
      const given = Buffer.from(String(request.headers[csrfHeader] ?? ''), 'base64url');
      const expected = digest(signInId);
      if (given.length === expected.length && timingSafeEqual(given, expected)) return;
      throw new RequestRefusedError(
        'CSRF_REFUSED',
        `Send the header ${csrfHeader} with the value that GET /session gives.`,
      );
    },
  };
}

import type { ApiKey } from '@sightline/core';

const daySeconds = 86_400;

export type KeyState = 'works' | 'revoked' | 'expired';

/** Whether a key still opens anything. */
export function stateOf({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, nowMs: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs ? 'expired' : 'works';
}

/** Addresses as somebody wrote them, one after the other. */
export const addressesOf = (written: string): string[] =>
  written
    .split(/[\s,;]+/)
    .map((each) => each.trim())
    .filter(Boolean);

/** When a key ends that lives for so many days; null for as long as nobody revokes it. */
export const endOf = (days: number | null, nowMs: number): string | null =>
  days === null ? null : new Date(nowMs + days * daySeconds * 1_000).toISOString();

export type WrittenLimit = { readonly max: string; readonly windowSeconds: number };
type Limit = ApiKey['limits'][number];

/** Limits as somebody wrote them; those that are empty are none. */
export const limitsOf = (written: Readonly<Record<Limit['name'], WrittenLimit>>): Limit[] =>
  (Object.entries(written) as [Limit['name'], WrittenLimit][])
    .filter(([, { max }]) => max.trim() !== '')
    .map(([name, { max, windowSeconds }]) => ({ name, max: Number(max), windowSeconds }));

/** A first call with a key, for a shell: what it may do decides which. */
export function firstCall({
  secret,
  scopes,
  origin,
  inferenceUrl,
}: {
  secret: string;
  scopes: ApiKey['scopes'];
  origin: string;
  inferenceUrl: string | null;
}): string {
  const signed = `  -H 'authorization: Bearer ${secret}' \\`;
  if (scopes.includes('READ') || scopes.includes('AUDIT') || scopes.includes('WRITE') || inferenceUrl === null)
    return [
      `curl ${origin}/graphql \\`,
      signed,
      `  -H 'content-type: application/json' \\`,
      `  -d '{"query":"{ viewer { organization { name } } }"}'`,
    ].join('\n');
  return [
    `curl ${inferenceUrl}/predict \\`,
    signed,
    `  -H 'content-type: image/jpeg' \\`,
    `  --data-binary @picture.jpg`,
  ].join('\n');
}

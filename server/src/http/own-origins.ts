import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

type Deps = {
  /** Where callers reach us and where people use the product; null where nobody said. */
  addresses: readonly (string | null)[];
  /** Origins of others whose pages may call us. */
  allowed: readonly string[];
};

/** Which pages may act for whoever sits before them. */
export type OwnOrigins = (headers: IncomingHttpHeaders) => boolean;

/**
 * Tells our own pages and those on the list from all others by the `origin` that browsers send. What says no origin is
 * no page of another site, or a browser that could not say: other proof is needed then. A page that came from the address
 * it asks is our own, too, if that is a plain address or localhost: a name could be anybody's that was made to point to us.
 */
export function createOwnOrigins({ addresses, allowed }: Deps): OwnOrigins {
  const own = addresses.filter((address) => address !== null);
  const known = new Set([...own.map((address) => new URL(address).origin), ...allowed]);

  return function isOwn({ origin, host }) {
    if (origin === undefined || known.has(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const { host: from, hostname, protocol } = new URL(origin);
    const isPlain = hostname === 'localhost' || isIP(hostname.replaceAll(/^\[|\]$/g, '')) > 0;
    return protocol.startsWith('http') && isPlain && from === host;
  };
}

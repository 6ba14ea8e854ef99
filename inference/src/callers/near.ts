import type { IncomingHttpHeaders } from 'node:http';
import { SidecarError } from '../errors.ts';

type Addressed = { headers: IncomingHttpHeaders };

/** As the URL parser writes them: it turns every spelling of an IPv4 address into this one. */
const loopbackName = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const refusal = () =>
  new SidecarError('FORBIDDEN', 'This is for callers on this machine: use the address 127.0.0.1, without a proxy.');

/**
 * A web page open in a browser of this machine can reach loopback addresses too: by its own origin, or by a name of its
 * own that was made to resolve here (DNS rebinding). Both show in the headers. Throws FORBIDDEN.
 */
export function requireNearNames({ headers: { host, origin } }: Addressed): void {
  if (isLoopback(`http://${host}`) && (origin === undefined || isLoopback(origin))) return;
  throw refusal();
}

/** The same, from an address of this machine. Throws FORBIDDEN. */
export function requireNear(request: Addressed & { ip: string }): void {
  if (request.ip !== '::1' && !/^(::ffff:)?127\./.test(request.ip)) throw refusal();
  requireNearNames(request);
}

/** Whether an address to listen on can be reached from this machine alone. */
export const isLoopbackAddress = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

/** Callers of one machine say the same few names over and over; taking an address apart costs more than all else here. */
const known = new Map<string, boolean>();
const knownMax = 100;

function isLoopback(url: string): boolean {
  const before = known.get(url);
  if (before !== undefined) return before;
  if (known.size >= knownMax) known.clear();
  const answer = takesApartAsLoopback(url);
  known.set(url, answer);
  return answer;
}

function takesApartAsLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && loopbackName.test(hostname) && username === '' && password === '';
}

import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { Agent, fetch } from 'undici';
import { RequestRefusedError, ServiceUnavailableError } from '../errors/request-errors.ts';
import type { SafeFetch } from '../ports/safe-fetch.ts';

type Deps = {
  /** Hosts (`name:port`) that may be reached whatever their address, such as an issuer in one's own network. */
  allowedHosts: readonly string[];
};

const refused = (why: string) => new RequestRefusedError('URL_REFUSED', `This address cannot be used: ${why}.`);

/** The only outbound door for addresses that people chose; see the port. */
export function createSafeFetch({ allowedHosts }: Deps): SafeFetch {
  return async function safeFetch(address, request = {}) {
    const { method = 'GET', timeoutMs = 10_000, maxBytes = 1_048_576, maxRedirects = 0 } = request;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
    let url = readUrl(address);
    for (let redirects = 0; ; redirects += 1) {
      await using agent = await agentFor(url);
      const init = { method, headers: request.headers ?? {}, body: request.body ?? null, signal };
      const response = await fetch(url, { ...init, redirect: 'manual', dispatcher: agent.dispatcher }).catch(
        (cause: unknown) => {
          if (deadline.aborted) throw new RequestRefusedError('DEADLINE_EXCEEDED', `${url.host} took too long.`);
          throw new ServiceUnavailableError(url.host, cause);
        },
      );
      const next = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (next === null) {
        const body = await readBody(response.body, maxBytes);
        return { status: response.status, headers: new Headers([...response.headers]), body, url: url.href };
      }
      if (redirects >= maxRedirects) throw refused('it leads elsewhere');
      url = readUrl(next, url);
    }
  };

  /** Connects to the address that was checked, and to no other: its name may say something else a moment later. */
  async function agentFor(url: URL) {
    const host = url.hostname.replaceAll(/^\[|\]$/g, '');
    const addresses = await lookup(host, { all: true }).catch((cause: unknown) => {
      throw new ServiceUnavailableError(url.host, cause);
    });
    const isAllowed = allowedHosts.includes(`${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`);
    if (!isAllowed && addresses.some(({ address }) => !isPublic(address))) throw refused('it is not a public address');
    const dispatcher = new Agent({
      connect: {
        lookup: (_name, options, done) =>
          options.all ? done(null, addresses) : done(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4),
      },
    });
    return { dispatcher, [Symbol.asyncDispose]: () => dispatcher.close() };
  }
}

function readUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base)) throw refused('it is no URL');
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('it is neither https nor http');
  if (url.username || url.password) throw refused('it carries a user name');
  return url;
}

async function readBody(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.byteLength;
    if (bytes > maxBytes)
      throw new RequestRefusedError('BODY_TOO_LARGE', `The answer has more than ${maxBytes} bytes.`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

const closed = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  closed.addSubnet(network, bits, 'ipv4');
const open6 = new BlockList();
open6.addSubnet('2000::', 3, 'ipv6');
// Within it: tunnels that carry an IPv4 address, documentation, benchmarks.
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  closed.addSubnet(network, bits, 'ipv6');
}

function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !closed.check(address, 'ipv4');
  return open6.check(address, 'ipv6') && !closed.check(address, 'ipv6');
}

import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { Agent, fetch } from 'undici';
import type { Response } from 'undici';
import { DomainError } from '../../errors/domain-error.ts';
import { RequestRefusedError, ServiceUnavailableError } from '../../errors/request-errors.ts';
import type { SafeAnswer, SafeFetch } from '../../ports/safe-fetch.ts';
import { isPublicAddress } from './public-address.ts';
import { hasInnerName, hostAndPort, readTarget, urlRefused } from './read-target.ts';

type Deps = {
  /** Hosts (`name:port`) that may be reached whatever their address, such as an issuer in one's own network. */
  allowedHosts: readonly string[];
  /** Who is behind a name. Replaced by tests. */
  resolve?: (name: string) => Promise<LookupAddress[]>;
};

type Call = { method: string; headers: [string, string][]; body: string | Uint8Array<ArrayBuffer> | null };

const resolveByDns = (name: string) => lookup(name, { all: true });
const maxHeaderBytes = 16 * 1024;
/** Headers that are meant for one host and no other. */
const secretHeaders = ['authorization', 'proxy-authorization', 'cookie'];
const bodyHeaders = ['content-type', 'content-length', 'content-encoding'];

/** The only outbound door for addresses that people chose; see the port. */
export function createSafeFetch({ allowedHosts, resolve = resolveByDns }: Deps): SafeFetch {
  return async function safeFetch(address, request = {}) {
    const { timeoutMs = 10_000, maxBytes = 1_048_576, maxRedirects = 0 } = request;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
    let url = readTarget(address);
    let call: Call = {
      method: request.method ?? 'GET',
      headers: [...new Headers(request.headers)],
      body: request.body ?? null,
    };
    try {
      for (let redirects = 0; ; redirects += 1) {
        await using agent = await agentFor(url, signal);
        const response = await fetch(url, { ...call, signal, redirect: 'manual', dispatcher: agent.dispatcher });
        const location = locationOf(response);
        if (location === null) return await readAnswer(response, url, maxBytes);
        if (redirects >= maxRedirects) throw urlRefused('it leads elsewhere');
        const next = readTarget(location, url);
        call = follow(call, response.status, next.origin === url.origin);
        url = next;
      }
    } catch (cause) {
      if (cause instanceof DomainError) throw cause;
      if (request.signal?.aborted) throw request.signal.reason;
      if (deadline.aborted) throw new RequestRefusedError('DEADLINE_EXCEEDED', `${url.host} took too long.`);
      throw new ServiceUnavailableError(url.host, cause);
    }
  };

  /** Connects to the addresses that were checked, and to no other: the name may say something else a moment later. */
  async function agentFor(url: URL, signal: AbortSignal) {
    const isAllowed = allowedHosts.includes(hostAndPort(url));
    if (!isAllowed && hasInnerName(url)) throw urlRefused('its name is not a public one');
    const addresses = await untilAborted(resolve(url.hostname.replaceAll(/^\[|\]$/g, '')), signal);
    // One that is not public is enough: which of them is called is not ours to choose.
    if (!isAllowed && !addresses.every((found) => isPublicAddress(found.address))) {
      throw urlRefused('it is not a public address');
    }
    const [first] = addresses;
    if (!first) throw new ServiceUnavailableError(url.host);
    const dispatcher = new Agent({
      maxHeaderSize: maxHeaderBytes,
      connect: {
        lookup: (_name, options, done) =>
          options.all ? done(null, addresses) : done(null, first.address, first.family),
      },
    });
    return { dispatcher, [Symbol.asyncDispose]: () => dispatcher.destroy() };
  }
}

function locationOf({ status, headers }: Response): string | null {
  return status >= 300 && status < 400 ? headers.get('location') : null;
}

/** What is asked of the next host. Secrets that were meant for one stay there, and a body is never told to another. */
function follow({ method, headers, body }: Call, status: number, isSameOrigin: boolean): Call {
  const keeps = status === 307 || status === 308;
  if (keeps && body !== null && !isSameOrigin) throw urlRefused('it leads elsewhere');
  const dropped = [...(isSameOrigin ? [] : secretHeaders), ...(keeps ? [] : bodyHeaders)];
  const kept = headers.filter(([name]) => !dropped.includes(name));
  return keeps ? { method, headers: kept, body } : { method: 'GET', headers: kept, body: null };
}

/** Counts what comes out of a compressed answer, not what goes in. Throws BODY_TOO_LARGE. */
async function readAnswer(response: Response, { href }: URL, maxBytes: number): Promise<SafeAnswer> {
  const { status, headers } = response;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) {
      throw new RequestRefusedError('BODY_TOO_LARGE', `The answer has more than ${maxBytes} bytes.`);
    }
    pieces.push(piece);
  }
  return { status, headers: new Headers([...headers]), body: new Uint8Array(Buffer.concat(pieces)), url: href };
}

/** A resolver cannot be stopped, but not be waited for either. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { SidecarError } from '../errors.ts';
import type { Introspect } from './introspection.ts';

/** Who is asking. */
export type Caller =
  | { kind: 'service' }
  | { kind: 'local' }
  | { kind: 'organization'; organizationId: string; permissions: readonly string[] };

export type Callers = ReturnType<typeof createCallers>;

type Deps = { serviceToken: string | null; localToken: string | null; introspect: Introspect | null };

/** Callers of one tenant may share answers; those of two never do. */
export function tenantOf(caller: Caller): string {
  return caller.kind === 'organization' ? `organization ${caller.organizationId}` : caller.kind;
}

/** Longer than any token we make. */
const tokenLengthMax = 500;

/** Tells callers apart by their bearer token. */
export function createCallers({ serviceToken, localToken, introspect }: Deps) {
  const service = serviceToken === null ? null : digest(serviceToken);
  const local = localToken === null ? null : digest(localToken);
  const known = new WeakMap<FastifyRequest, Caller>();

  /** Throws UNAUTHENTICATED, FORBIDDEN, or SERVICE_UNAVAILABLE when the one to ask does not answer. */
  async function identify(request: FastifyRequest, token = tokenOf(request)): Promise<Caller> {
    if (token === undefined || token.length > tokenLengthMax) {
      throw new SidecarError('UNAUTHENTICATED', 'Send your API key as `Authorization: Bearer <key>`.');
    }
    const given = digest(token);
    if (service && timingSafeEqual(given, service)) return { kind: 'service' };
    if (local && timingSafeEqual(given, local)) {
      requireLoopback(request);
      return { kind: 'local' };
    }
    const answer = await introspect?.(token, given.toString('hex'), request.id);
    if (!answer?.active) throw new SidecarError('UNAUTHENTICATED', 'This key or token is not valid, or no longer.');
    return { kind: 'organization', organizationId: answer.organizationId, permissions: answer.permissions };
  }

  return {
    identify,
    /**
     * Throws FORBIDDEN unless the caller may have pictures looked at. `token`: where a request says who sends it in its
     * body instead of its header.
     */
    async requireInference(request: FastifyRequest, token?: string): Promise<Caller> {
      const caller = await identify(request, token);
      if (caller.kind === 'organization' && !caller.permissions.includes('inference:use')) {
        throw new SidecarError('FORBIDDEN', 'This key may not use inference: it lacks the permission inference:use.');
      }
      known.set(request, caller);
      return caller;
    },
    /** Who was let in by `requireInference`. */
    of(request: FastifyRequest): Caller {
      const caller = known.get(request);
      if (!caller) throw new Error('A route that looks at pictures has to ask who calls.');
      return caller;
    },
    /** Throws FORBIDDEN unless it is our own server. */
    async requireService(request: FastifyRequest): Promise<Caller> {
      const caller = await identify(request);
      if (caller.kind !== 'service') throw new SidecarError('FORBIDDEN', 'Only the server may start sessions here.');
      return caller;
    },
  };
}

/** The bearer token of the header. */
function tokenOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The local token is for programs of this machine. A web page open in its browser can reach loopback too: by its own
 * origin, or by a name of its own that resolves here. Both show.
 */
function requireLoopback({ ip, headers: { host, origin } }: FastifyRequest): void {
  const isLoopback = (url: string) => URL.canParse(url) && loopbackNames.has(new URL(url).hostname);
  const isNear = ip === '::1' || /^(::ffff:)?127\./.test(ip);
  if (isNear && isLoopback(`http://${host}`) && (origin === undefined || isLoopback(origin))) return;
  throw new SidecarError('FORBIDDEN', 'The local token is for callers on this machine: use the address 127.0.0.1.');
}

const digest = (text: string) => createHash('sha256').update(text).digest();

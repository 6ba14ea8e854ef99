import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Introspection } from '../callers/introspection.ts';
import type { Limiter, LimitHeaders, Limits } from '../callers/limits.ts';
import { requireNear } from '../callers/near.ts';
import type { Quota } from '../callers/quota.ts';
import { looksSigned } from '../callers/signed-tokens.ts';
import type { ReadSignedToken, SignedIdentity } from '../callers/signed-tokens.ts';
import { SidecarError } from '../errors.ts';

/** Who is asking. */
export type Caller =
  | { kind: 'service' }
  | { kind: 'local' }
  | {
      kind: 'organization';
      organizationId: string;
      permissions: readonly string[];
      /** Share of the machine under load, 1 to 100. */
      weight: number;
      /** The key, sign-in or subject that requests are counted by; null when the token does not name any. */
      credential: string | null;
      /** The API key, where it is one. */
      apiKeyId: string | null;
      limits: Limits;
      /** Whether calls beyond the plan's are refused; null where only the server can say. */
      hardQuota: boolean | null;
      /** Somebody whom our server knows as one of those who run it. */
      isOperator: boolean;
    };

export type Callers = ReturnType<typeof createCallers>;

type Deps = {
  serviceToken: string | null;
  localToken: string | null;
  introspection: Introspection | null;
  readSignedToken: ReadSignedToken | null;
  limiter: Limiter;
  quota: Pick<Quota, 'requireRoom'>;
  /** For callers whose plan is not known. */
  limitsDefault: Limits;
  /** Throws SERVICE_UNAVAILABLE where what an organization uses could not be written down. */
  requireRoom(): void;
};

/** A request, as far as it says who sends it. */
export type Asking = {
  headers: IncomingHttpHeaders;
  id: string;
  ip: string;
  /** What it shows in its headers, where that is known already. */
  proof?: Proof | undefined;
};

/** A token, and what we call it where it is not to be kept. */
export type Proof = { token: string; digest: Buffer; key: string };

/** Callers of one tenant may share answers; those of two never do. */
export function tenantOf(caller: Caller): string {
  return caller.kind === 'organization' ? `organization ${caller.organizationId}` : caller.kind;
}

/** Whoever runs this sidecar: our server, programs of the same machine, and the people whom our server names. */
export const isOperator = (caller: Caller): boolean => caller.kind !== 'organization' || caller.isOperator;

/** Share of the machine under load. */
export const weightOf = (caller: Caller): number => (caller.kind === 'organization' ? caller.weight : 1);

/** Longer than any token we make; signed ones carry what they say. */
const tokenLengthMax = 500;
const signedLengthMax = 8_000;

/** On the request itself: a map that forgets with it costs the garbage collector more than the rest of this file. */
const callerKey = Symbol('caller');
const limitsKey = Symbol('limits');
type Known = Asking & { [callerKey]?: Caller; [limitsKey]?: LimitHeaders };

/** Tells callers apart by their bearer token. */
export function createCallers(deps: Deps) {
  const { introspection, readSignedToken, limiter, quota, limitsDefault } = deps;
  const service = deps.serviceToken === null ? null : digest(deps.serviceToken);
  const local = deps.localToken === null ? null : digest(deps.localToken);

  /** Throws UNAUTHENTICATED, FORBIDDEN, KEY_ADDRESS_REFUSED, or SERVICE_UNAVAILABLE when the one to ask does not answer. */
  async function identify(request: Asking, given?: string): Promise<Caller> {
    const proof = given === undefined ? (request.proof ?? proofOf(request)) : prove(given);
    const { token } = proof ?? {};
    const isSigned = token !== undefined && readSignedToken !== null && looksSigned(token);
    const lengthMax = token !== undefined && looksSigned(token) ? signedLengthMax : tokenLengthMax;
    if (!proof || token === undefined || token.length > lengthMax) {
      throw new SidecarError('UNAUTHENTICATED', 'Send your API key as `Authorization: Bearer <key>`.');
    }
    if (service && timingSafeEqual(proof.digest, service)) return { kind: 'service' };
    if (local && timingSafeEqual(proof.digest, local)) {
      requireNear(request);
      return { kind: 'local' };
    }
    if (!isSigned) return askedCaller(token, proof.key, request);
    // Of our server's people: whether they still are signed in, and what their plan gives, it alone knows. What nobody of
    // ours signed does not get as far as asking it.
    const identity = await readSignedToken(token, proof.key);
    if (identity.signInId !== null && introspection !== null) return askedCaller(token, proof.key, request);
    return signedCaller(identity);
  }

  function signedCaller({ organizationId, permissions, subject, weight }: SignedIdentity): Caller {
    return {
      kind: 'organization',
      organizationId,
      permissions,
      weight: weight ?? 1,
      credential: subject === null ? null : `${organizationId} ${subject}`,
      apiKeyId: null,
      limits: limitsDefault,
      hardQuota: null,
      isOperator: false,
    };
  }

  async function askedCaller(token: string, key: string, { id, ip }: Asking): Promise<Caller> {
    const address = ip.replace(/^::ffff:(?=\d+\.)/i, '');
    const answer = await introspection?.ask(token, key, id, address);
    if (answer?.active === false && answer.reason === 'KEY_ADDRESS_REFUSED') {
      throw new SidecarError('KEY_ADDRESS_REFUSED', `This key may not be used from ${address}.`);
    }
    if (!answer?.active) throw new SidecarError('UNAUTHENTICATED', 'This key or token is not valid, or no longer.');
    const {
      organizationId,
      permissions,
      weight,
      credentialId,
      apiKeyId,
      limits,
      hardQuota,
      isOperator: isNamed,
    } = answer;
    return {
      kind: 'organization',
      organizationId,
      permissions,
      weight,
      credential: credentialId ?? key,
      apiKeyId,
      limits: limits ?? limitsDefault,
      hardQuota,
      isOperator: isNamed,
    };
  }

  /**
   * Throws FORBIDDEN unless the caller may have pictures looked at, RATE_LIMITED where it asks too often, and
   * SERVICE_UNAVAILABLE where it could not be billed. `token`: where a request says who sends it in its body instead of
   * its header.
   */
  async function requireAccess(request: Asking, token?: string): Promise<Caller> {
    const caller = await identify(request, token);
    if (caller.kind === 'organization' && !caller.permissions.includes('inference:use')) {
      throw new SidecarError('FORBIDDEN', 'This key may not use inference: it lacks the permission inference:use.');
    }
    const charged = limiter.charge(caller);
    (request as Known)[limitsKey] = charged.headers;
    if (charged.refusal) throw charged.refusal;
    if (caller.kind === 'organization') deps.requireRoom();
    (request as Known)[callerKey] = caller;
    return caller;
  }

  return {
    identify,
    /** Throws QUOTA_EXCEEDED where so many units are more than the plan of the caller still includes. */
    requireQuota: (caller: Caller, units: number) => quota.requireRoom(caller, units),
    requireAccess,
    /**
     * The same, and QUOTA_EXCEEDED where the caller's organization has used what its plan includes: for what is paid for.
     */
    async requireInference(request: Asking, token?: string): Promise<Caller> {
      const caller = await requireAccess(request, token);
      const room = quota.requireRoom(caller, 1);
      if (room) await room;
      return caller;
    },
    /** Who was let in. */
    of(request: Asking): Caller {
      const caller = (request as Known)[callerKey];
      if (!caller) throw new Error('A route that looks at pictures has to ask who calls.');
      return caller;
    },
    /** Who shares the room for bodies: those not known yet do by their address. */
    tenantOf(request: Asking): string {
      const caller = (request as Known)[callerKey];
      return caller ? tenantOf(caller) : `address ${request.ip}`;
    },
    /** What the answer tells its caller about limits; undefined where nobody was counted. */
    limitHeadersOf: (request: Asking): LimitHeaders | undefined => (request as Known)[limitsKey],
    /** What organizations share is not theirs to take away. Throws FORBIDDEN unless it is whoever runs the sidecar. */
    async requireOperator(request: Asking): Promise<void> {
      if (isOperator(await identify(request))) return;
      throw new SidecarError('FORBIDDEN', 'Only whoever runs this sidecar may add, load and unload models.');
    },
    /** Throws FORBIDDEN unless it is our own server. */
    async requireService(request: Asking): Promise<Caller> {
      const caller = await identify(request);
      if (caller.kind !== 'service') throw new SidecarError('FORBIDDEN', 'Only the server may start sessions here.');
      return caller;
    },
  };
}

/** What a request's headers show; undefined without a bearer token. */
export function proofOf(request: Pick<Asking, 'headers'>): Proof | undefined {
  const token = tokenOf(request);
  return token === undefined ? undefined : prove(token);
}

function prove(token: string): Proof {
  const own = digest(token);
  return { token, digest: own, key: own.toString('hex') };
}

/** The bearer token of the header: the address is logged and remembered in too many places to carry one. */
function tokenOf({ headers }: Pick<Asking, 'headers'>): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

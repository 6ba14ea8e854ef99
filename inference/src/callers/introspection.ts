import { z } from 'zod';
import { SidecarError } from '../errors.ts';

const perMinute = z.int().min(1).nullable();

const answerSchema = z.discriminatedUnion('active', [
  z.object({ active: z.literal(false) }),
  z.object({
    active: z.literal(true),
    organizationId: z.string().min(1),
    permissions: z.array(z.string()),
    expiresAt: z.iso.datetime({ offset: true }).nullable(),
    // A server of an earlier version says nothing of what follows.
    credentialId: z.string().min(1).nullable().default(null),
    apiKeyId: z.string().min(1).nullable().default(null),
    weight: z.number().min(1).max(100).default(1),
    limits: z.object({ organization: perMinute, key: perMinute }).nullable().default(null),
  }),
]);
type Answer = z.output<typeof answerSchema>;

type Entry = {
  answer: Promise<Answer>;
  staleAt: number;
  /** Whose it is, once known. */
  ids: readonly (string | null)[] | null;
  /** What ended while the server was being asked: its answer may be of a moment before. */
  doubts: Set<string>;
};

/** Whose access ended or changed: a sign-in's, a key's or an organization's id; null for anybody's. */
export type Forget = (id: string | null) => void;

export type Introspection = {
  /** Whose a token is. `key` is the token's digest: tokens themselves are not kept. Throws SERVICE_UNAVAILABLE. */
  ask(token: string, key: string, requestId: string): Promise<Answer>;
  forget: Forget;
};

type Deps = {
  serverUrl: string;
  serviceToken: string;
  fetch: typeof globalThis.fetch;
  now(): number;
};

/** A revoked key works for this long at most, also when nobody tells us that it was. */
const keepMs = 5_000;
const entryCountMax = 1_000;
const timeoutMs = 3_000;
const everybody = '*';

/** Remembers answers for seconds, in bounded memory, and asks once where many wait for the same answer. */
export function createIntrospection({ serverUrl, serviceToken, fetch, now }: Deps): Introspection {
  const entries = new Map<string, Entry>();

  async function fetchAnswer(token: string, requestId: string): Promise<Answer> {
    try {
      const response = await fetch(`${serverUrl}/internal/introspect`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${serviceToken}`,
          'content-type': 'application/json',
          'x-request-id': requestId,
        },
        body: JSON.stringify({ token }),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      });
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      return answerSchema.parse(await response.json());
    } catch (cause) {
      // Nobody gets in because the door keeper is away.
      throw new SidecarError('SERVICE_UNAVAILABLE', 'Your key cannot be checked right now. Try again.', { cause });
    }
  }

  /** Asks again for as long as what it heard ended meanwhile. */
  async function settle(entry: Entry, token: string, requestId: string): Promise<Answer> {
    for (;;) {
      entry.doubts.clear();
      const answer = await fetchAnswer(token, requestId);
      const ids = answer.active ? [answer.credentialId, answer.organizationId] : [];
      const isDoubtful = entry.doubts.has(everybody) || ids.some((id) => id !== null && entry.doubts.has(id));
      if (answer.active && isDoubtful) continue;
      entry.ids = ids;
      return answer;
    }
  }

  function current(answer: Answer): Answer {
    const isOver = answer.active && answer.expiresAt !== null && Date.parse(answer.expiresAt) <= now();
    return isOver ? { active: false } : answer;
  }

  return {
    async ask(token, key, requestId) {
      const known = entries.get(key);
      if (known && known.staleAt > now()) return current(await known.answer);

      entries.delete(key);
      const entry: Entry = {
        answer: Promise.resolve({ active: false }),
        staleAt: now() + keepMs,
        ids: null,
        doubts: new Set(),
      };
      entry.answer = settle(entry, token, requestId);
      entries.set(key, entry);
      // The oldest goes first: Map keeps the order of insertion.
      if (entries.size > entryCountMax) entries.delete(entries.keys().next().value ?? key);
      try {
        return current(await entry.answer);
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
    },
    forget(id) {
      for (const [key, entry] of entries) {
        if (entry.ids === null) entry.doubts.add(id ?? everybody);
        else if (id === null || entry.ids.includes(id)) entries.delete(key);
      }
    },
  };
}

import { z } from 'zod';
import { SidecarError } from '../errors.ts';

const perMinute = z.int().min(1).nullable();

const answerSchema = z.discriminatedUnion('active', [
  // A good key that may not be used from where it was sent says so; of all else nothing is said.
  z.object({ active: z.literal(false), reason: z.string().nullable().default(null) }),
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
    hardQuota: z.boolean().default(false),
    isOperator: z.boolean().default(false),
  }),
]);
type Answer = z.output<typeof answerSchema>;

/** A token that was somebody's when the server was last asked. */
type Known = {
  answer: Answer;
  /** From then on the server is asked again; 0 after its access changed. */
  staleAt: number;
  /** Whose it is. */
  ids: readonly (string | null)[];
};

type Question = {
  answer: Promise<Answer>;
  /** What ended while the server was being asked: its answer may be of a moment before. */
  doubts: Set<string>;
};

/** Whose access ended or changed: a sign-in's, a key's or an organization's id; null for anybody's. */
export type Forget = (id: string | null) => void;

export type Introspection = {
  /**
   * Whose a token is, sent from that address: keys may be bound to some. `key` is the token's digest: tokens themselves
   * are not kept. Throws SERVICE_UNAVAILABLE.
   */
  ask(token: string, key: string, requestId: string, address: string): Promise<Answer>;
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
const timeoutMs = 3_000;
/** Tokens of somebody, and digests of tokens of nobody. Apart from each other: guesses must not push out what is real. */
const knownMax = 1_000;
const unknownMax = 4_000;
/** Questions at once about tokens that nobody has shown before. Each takes the server some milliseconds. */
const newQuestionsMax = 64;
const everybody = '*';
const nobody: Answer = { active: false, reason: null };

/**
 * Remembers answers for seconds, in bounded memory, and asks once where many wait for the same answer. Tokens that were
 * somebody's before are asked about whatever else is; of others, only so many at once.
 */
export function createIntrospection({ serverUrl, serviceToken, fetch, now }: Deps): Introspection {
  /** By digest, those that were asked about last at the end. */
  const known = new Map<string, Known>();
  /** Until when each is taken to be nobody's. */
  const unknown = new Map<string, number>();
  const questions = new Map<string, Question>();
  let newCount = 0;

  async function fetchAnswer(token: string, requestId: string, address: string): Promise<Answer> {
    try {
      const response = await fetch(`${serverUrl}/internal/introspect`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${serviceToken}`,
          'content-type': 'application/json',
          'x-request-id': requestId,
        },
        body: JSON.stringify({ token, address }),
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
  async function settle(key: string, { doubts }: Question, ask: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      doubts.clear();
      const staleAt = now() + keepMs;
      const answer = await ask();
      const ids = answer.active ? [answer.credentialId, answer.organizationId] : [];
      const isDoubtful = doubts.has(everybody) || ids.some((id) => id !== null && doubts.has(id));
      if (answer.active && isDoubtful) continue;
      known.delete(key);
      // A key is remembered where it may not be used as where it may: its list can change.
      if (answer.active || answer.reason !== null) put(known, key, { answer, staleAt, ids }, knownMax);
      else put(unknown, key, staleAt, unknownMax);
      return answer;
    }
  }

  async function question(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const isNew = !known.has(key);
    if (isNew && newCount >= newQuestionsMax) {
      throw new SidecarError('SERVICE_UNAVAILABLE', 'Too many new keys are being checked. Try again in a moment.');
    }
    if (isNew) newCount++;
    const asked: Question = { answer: Promise.resolve(nobody), doubts: new Set() };
    asked.answer = settle(key, asked, ask);
    questions.set(key, asked);
    try {
      return await asked.answer;
    } finally {
      questions.delete(key);
      if (isNew) newCount--;
    }
  }

  function current(answer: Answer): Answer {
    const isOver = answer.active && answer.expiresAt !== null && Date.parse(answer.expiresAt) <= now();
    return isOver ? nobody : answer;
  }

  return {
    async ask(token, digest, requestId, address) {
      const key = `${digest} ${address}`;
      const kept = known.get(key);
      if (kept && kept.staleAt > now()) return current(kept.answer);
      if (!kept && (unknown.get(key) ?? 0) > now()) return nobody;
      return current(await (questions.get(key)?.answer ?? question(key, () => fetchAnswer(token, requestId, address))));
    },
    forget(id) {
      for (const { doubts } of questions.values()) doubts.add(id ?? everybody);
      // Still known, so that asking again waits for nobody.
      for (const each of known.values()) if (id === null || each.ids.includes(id)) each.staleAt = 0;
      if (id === null) unknown.clear();
    },
  };
}

/** The oldest goes first: Map keeps the order of insertion. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, countMax: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > countMax) map.delete(map.keys().next().value ?? key);
}

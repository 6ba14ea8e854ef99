import { z } from 'zod';
import { SidecarError } from '../errors.ts';

const answerSchema = z.discriminatedUnion('active', [
  z.object({ active: z.literal(false) }),
  z.object({
    active: z.literal(true),
    organizationId: z.string().min(1),
    permissions: z.array(z.string()),
    expiresAt: z.iso.datetime({ offset: true }).nullable(),
  }),
]);
type Answer = z.output<typeof answerSchema>;

/** Asks the server whose a token is. `key` is the token's digest: tokens themselves are not kept. */
export type Introspect = (token: string, key: string, requestId: string) => Promise<Answer>;

type Deps = {
  serverUrl: string;
  serviceToken: string;
  fetch: typeof globalThis.fetch;
  now(): number;
};

/** A revoked key works for this long at most. */
const keepMs = 5_000;
const entryCountMax = 1_000;
const timeoutMs = 3_000;

/** Remembers answers for seconds, in bounded memory, and asks once where many wait for the same answer. */
export function createIntrospect({ serverUrl, serviceToken, fetch, now }: Deps): Introspect {
  const entries = new Map<string, { answer: Promise<Answer>; staleAt: number }>();

  async function ask(token: string, requestId: string): Promise<Answer> {
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

  return async function introspect(token, key, requestId) {
    const known = entries.get(key);
    if (known && known.staleAt > now()) return current(await known.answer);

    entries.delete(key);
    const entry = { answer: ask(token, requestId), staleAt: now() + keepMs };
    entries.set(key, entry);
    // The oldest goes first: Map keeps the order of insertion.
    if (entries.size > entryCountMax) entries.delete(entries.keys().next().value ?? key);
    try {
      return current(await entry.answer);
    } catch (error) {
      if (entries.get(key) === entry) entries.delete(key);
      throw error;
    }
  };

  function current(answer: Answer): Answer {
    const isOver = answer.active && answer.expiresAt !== null && Date.parse(answer.expiresAt) <= now();
    return isOver ? { active: false } : answer;
  }
}

export type Health = {
  isReady: boolean;
  /** Whether anybody answered at all. */
  isThere: boolean;
  /** Whether it says so in our words. */
  isOurs: boolean;
  /** Null where it is ready. */
  problem: string | null;
  /** How far its clock is ahead of ours, in milliseconds; null where it does not say. */
  clockAheadMs: number | null;
  /** How long the answer took, in milliseconds. */
  ms: number | null;
};

const timeoutMs = 5_000;

/** What `/health/ready` of a server or a sidecar says. Throws only when the signal aborts. */
export async function health(url: string, signal: AbortSignal): Promise<Health> {
  const nobody = { isReady: false, isThere: false, isOurs: false, clockAheadMs: null, ms: null };
  const startedAt = performance.now();
  try {
    const response = await fetch(`${url}/health/ready`, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const body = read(await response.text());
    const ms = Math.round(performance.now() - startedAt);
    const date = Date.parse(response.headers.get('date') ?? '');
    // The header has whole seconds: what is under one tells nothing.
    const ahead = date + 500 - Date.now();
    const clockAheadMs = Number.isNaN(date) ? null : Math.abs(ahead) < 1_000 ? 0 : ahead;
    const isOurs = typeof body['status'] === 'string' && ('dependencies' in body || 'parts' in body);
    const isReady = response.ok && isOurs;
    const problem = isReady
      ? null
      : isOurs
        ? partsOf(body)
        : `HTTP ${response.status} of something that is not Sightline`;
    return { isReady, isThere: true, isOurs, problem, clockAheadMs, ms };
  } catch (error) {
    signal.throwIfAborted();
    const { name, cause } = error as { name: string; cause?: { code?: string; message?: string } };
    const why =
      name === 'TimeoutError'
        ? `no answer within ${timeoutMs / 1000} s`
        : (cause?.code ?? cause?.message ?? 'no answer');
    return { ...nobody, problem: `nobody answers (${why})` };
  }
}

/** Which parts do not work, in the words of a server or of a sidecar. */
function partsOf(body: Record<string, unknown>): string {
  const parts = { ...(body['dependencies'] as object), ...(body['parts'] as object) } as Record<
    string,
    { status?: string; ok?: boolean; problem?: string }
  >;
  const broken = Object.entries(parts).filter(
    ([, { status, ok }]) => ok === false || (status !== undefined && status !== 'ok'),
  );
  const told = broken.map(([name, { problem }]) => (problem ? `${name}: ${problem}` : name));
  return told.length > 0 ? `not ready: ${told.join(', ')}` : `not ready: ${String(body['status'])}`;
}

function read(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}

import type { FastifyInstance } from 'fastify';

export type Dependency = { name: string; check(): Promise<unknown> };
type Deps = {
  dependencies: Dependency[];
  isStopping: () => boolean;
  /** Whether the database keeps tenants apart by itself. */
  rowSecurity: 'on' | 'off';
};

const checkDeadlineMs = 2_000;

/** `live`: this process answers. `ready`: so does everything it needs, each part by name. */
export function registerHealth(app: FastifyInstance, { dependencies, isStopping, rowSecurity }: Deps): void {
  app.get('/health/live', () => ({ status: 'ok' }));

  app.get('/health/ready', async (_request, reply) => {
    const parts = await Promise.all(dependencies.map(stateOf));
    const isReady = !isStopping() && parts.every(({ status }) => status === 'ok');
    void reply.status(isReady ? 200 : 503);
    return {
      status: isReady ? 'ok' : isStopping() ? 'stopping' : 'unavailable',
      rowSecurity,
      dependencies: Object.fromEntries(parts.map(({ name, ...state }) => [name, state])),
    };
  });
}

async function stateOf({ name, check }: Dependency) {
  const start = performance.now();
  const deadline = AbortSignal.timeout(checkDeadlineMs);
  const late = new Promise<never>((_resolve, reject) => {
    deadline.addEventListener('abort', () => reject(new Error(`no answer within ${checkDeadlineMs} ms`)), {
      once: true,
    });
  });
  try {
    await Promise.race([check(), late]);
    return { name, status: 'ok', ms: Math.round((performance.now() - start) * 10) / 10 };
  } catch {
    // Why it is down is for the log of whoever owns it; this page is public.
    return { name, status: 'unavailable' };
  }
}

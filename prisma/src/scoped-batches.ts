import type { PrismaClient } from '../generated/client/client.ts';
import type { TenantScope } from './tenant-pool.ts';

/** What Prisma 7.10 gathers `findUnique` calls of one tick with. */
type Gatherer = {
  options: {
    batchBy(request: object): string | undefined;
    batchLoader(requests: object[]): Promise<unknown>;
    singleLoader(request: object): Promise<unknown>;
  };
};

/**
 * Keeps calls of different organizations out of each other's statement, and runs each statement for its own. Prisma
 * gathers across requests; in the scope of the first, all others would find nothing.
 */
export function scopeBatches(prisma: PrismaClient, scope: TenantScope): void {
  const { options } = gathererOf(prisma);
  const { batchBy, batchLoader, singleLoader } = options;
  const askedFor = new WeakMap<object, string | null>();
  const inScopeOf = <Result>(request: object | undefined, work: () => Result): Result =>
    request && askedFor.has(request) ? scope.within(askedFor.get(request) ?? null, work) : work();

  options.batchBy = (request) => {
    const organization = scope.organization();
    askedFor.set(request, organization);
    const key = batchBy(request);
    return key && `${organization}-${key}`;
  };
  options.batchLoader = (requests) => inScopeOf(requests[0], () => batchLoader(requests));
  options.singleLoader = (request) => inScopeOf(request, () => singleLoader(request));
}

function gathererOf(prisma: PrismaClient): Gatherer {
  const { _requestHandler: handler } = prisma as unknown as { _requestHandler?: { dataloader?: Partial<Gatherer> } };
  const { options } = handler?.dataloader ?? {};
  const isKnown = options && ['batchBy', 'batchLoader', 'singleLoader'].every((name) => name in options);
  if (!isKnown) throw new Error('This version of Prisma gathers its statements in another way: see scoped-batches.ts.');
  return { options };
}

import type { PrismaClient } from '../generated/client/client.ts';
import { currentTransaction, withinTransaction } from './one-transaction.ts';
import type { OneTransaction } from './one-transaction.ts';
import type { TenantScope } from './tenant-pool.ts';

/** What Prisma 7.10 gathers `findUnique` calls of one tick with. */
type Gatherer = {
  options: {
    batchBy(request: object): string | undefined;
    batchLoader(requests: object[]): Promise<unknown>;
    singleLoader(request: object): Promise<unknown>;
  };
};

type Asker = { organization: string | null; transaction: OneTransaction | null };

/**
 * Keeps calls of different organizations, and of different transactions, out of each other's statement, and runs each
 * statement for its own. Prisma gathers across requests; in the scope of the first, all others would find nothing, or what
 * is not committed.
 */
export function scopeBatches(prisma: PrismaClient, scope: TenantScope): void {
  const { options } = gathererOf(prisma);
  const { batchBy, batchLoader, singleLoader } = options;
  const askers = new WeakMap<object, Asker>();
  const inScopeOf = <Result>(request: object | undefined, work: () => Result): Result => {
    const asker = request && askers.get(request);
    if (!asker) return work();
    return scope.within(asker.organization, () => withinTransaction(asker.transaction, work));
  };

  options.batchBy = (request) => {
    const asker = { organization: scope.organization(), transaction: currentTransaction() };
    askers.set(request, asker);
    const key = batchBy(request);
    return key && `${asker.organization}-${asker.transaction?.name ?? ''}-${key}`;
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

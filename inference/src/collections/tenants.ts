import { createBag } from './bag.ts';
import type { Bagged } from './bag.ts';

/** Those with nothing going on that are kept without a look. */
const idleMax = 64;

export type Tenants<Tenant extends Bagged> = ReturnType<typeof createTenants<Tenant>>;

/**
 * What is known of tenants, by name. One with nothing going on stays for a while, as it is likely to come back: see `createBag` for
 * what a map costs that entries leave all the time.
 */
export function createTenants<Tenant extends Bagged>(
  make: (name: string) => Tenant,
  /** Whether nothing is lost with one that has nothing going on. */
  canForget: (tenant: Tenant) => boolean = () => true,
) {
  const known = new Map<string, Tenant>();
  const present = createBag<Tenant>();
  let sweepAt = idleMax;

  function sweep(): void {
    for (const [name, tenant] of known) if (tenant.place < 0 && canForget(tenant)) known.delete(name);
    sweepAt = 2 * known.size + idleMax;
  }

  return {
    /** Those with something going on. */
    present: present.items,
    /** Undefined for one that nobody remembers: it has nothing going on. */
    peek: (name: string): Tenant | undefined => known.get(name),
    /** With something going on from now on, until it is let go. */
    enter(name: string): Tenant {
      let tenant = known.get(name);
      if (!tenant) {
        if (known.size >= sweepAt) sweep();
        known.set(name, (tenant = make(name)));
      }
      if (tenant.place < 0) present.add(tenant);
      return tenant;
    },
    leave(tenant: Tenant): void {
      present.remove(tenant);
    },
  };
}

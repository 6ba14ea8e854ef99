import { createBag } from '../collections/bag.ts';
import type { Bagged } from '../collections/bag.ts';
import { createTenants } from '../collections/tenants.ts';

export type Lane = {
  tenant: string;
  /** Share against other tenants; above 0. */
  weight: number;
  priority: 'interactive' | 'batch';
};

export type FairQueue<Item extends Lane> = ReturnType<typeof createFairQueue<Item>>;

/** `number`: of those that came earlier, or were put back; it decides between equals. */
type Tagged<Item> = { item: Item; start: number; number: number };
/** `lastFinish` says something in its own `era` alone. */
type TenantLane<Item> = Bagged & { waiting: Tagged<Item>[]; lastFinish: number; era: number };
type Tenant<Item> = Bagged & { name: string; count: number } & Record<Lane['priority'], TenantLane<Item>>;

const priorities = ['interactive', 'batch'] as const;

/**
 * Weighted fair queueing by start-time tags (Goyal, Vin, Cheng 1996): each tenant is served first in, first out, and
 * tenants share in the ratio of their weights, however much each of them sends. Interactive items go before batch items.
 * Every operation takes time in proportion to the number of tenants waiting.
 */
export function createFairQueue<Item extends Lane>() {
  const lane = (): TenantLane<Item> => ({ place: -1, waiting: [], lastFinish: 0, era: 0 });
  const tenants = createTenants(
    (name): Tenant<Item> => ({ name, place: -1, count: 0, interactive: lane(), batch: lane() }),
    (tenant) => priorities.every((each) => isEven(tenant[each], each)),
  );
  const lanes = { interactive: createBag<TenantLane<Item>>(), batch: createBag<TenantLane<Item>>() };
  const virtualTimes = { interactive: 0, batch: 0 };
  let size = 0;
  let era = 0;
  let nextNumber = 0;

  /** Whether it has had no turn that others still wait for. */
  const isEven = (own: TenantLane<Item>, priority: Lane['priority']): boolean =>
    own.era !== era || own.lastFinish <= virtualTimes[priority];

  /** The lane that an item is for. */
  function enter({ tenant: name, priority }: Item): TenantLane<Item> {
    const tenant = tenants.enter(name);
    const own = tenant[priority];
    tenant.count++;
    size++;
    if (own.place < 0) lanes[priority].add(own);
    if (own.era !== era) {
      own.era = era;
      own.lastFinish = 0;
    }
    return own;
  }

  function leave({ tenant: name, priority }: Item, own: TenantLane<Item>): void {
    const tenant = tenants.peek(name);
    if (own.waiting.length === 0) lanes[priority].remove(own);
    if (tenant && --tenant.count === 0) tenants.leave(tenant);
    if (--size > 0) return;
    // Nobody has had a turn too many.
    era++;
    for (const each of priorities) virtualTimes[each] = 0;
  }

  function nextLane(): TenantLane<Item> | null {
    for (const priority of priorities) {
      let best: TenantLane<Item> | null = null;
      for (const each of lanes[priority].items) {
        if (best === null || isBefore(each.waiting[0] as Tagged<Item>, best.waiting[0] as Tagged<Item>)) best = each;
      }
      if (best) return best;
    }
    return null;
  }

  return {
    get size() {
      return size;
    },
    countOf: (tenant: string): number => tenants.peek(tenant)?.count ?? 0,
    /** Tenants with something waiting. */
    tenants: (): string[] => tenants.present.map(({ name }) => name),
    push(item: Item): void {
      const own = enter(item);
      const start = Math.max(virtualTimes[item.priority], own.lastFinish);
      own.lastFinish = start + 1 / item.weight;
      own.waiting.push({ item, start, number: nextNumber++ });
    },
    /** Puts an item back at the head: it was taken, and could not be served through no fault of its own. */
    unshift(item: Item): void {
      const own = enter(item);
      const start = Math.min(virtualTimes[item.priority], own.waiting[0]?.start ?? Infinity);
      own.waiting.unshift({ item, start, number: -1 });
    },
    peek: (): Item | undefined => nextLane()?.waiting[0]?.item,
    shift(): Item | undefined {
      const next = nextLane();
      const head = next?.waiting.shift();
      if (!next || !head) return undefined;
      const { item, start } = head;
      virtualTimes[item.priority] = Math.max(virtualTimes[item.priority], start);
      leave(item, next);
      return item;
    },
    remove(item: Item): boolean {
      const own = tenants.peek(item.tenant)?.[item.priority];
      const index = own?.waiting.findIndex((tagged) => tagged.item === item) ?? -1;
      if (!own || index < 0) return false;
      own.waiting.splice(index, 1);
      leave(item, own);
      return true;
    },
    /** What a tenant put in first, or last; least urgent first. */
    find(name: string, end: 'oldest' | 'newest'): Item | undefined {
      const tenant = tenants.peek(name);
      for (const priority of priorities.toReversed()) {
        const found = tenant?.[priority].waiting.at(end === 'oldest' ? 0 : -1)?.item;
        if (found) return found;
      }
      return undefined;
    },
    *[Symbol.iterator](): Generator<Item> {
      for (const priority of priorities) {
        for (const { waiting } of lanes[priority].items) for (const { item } of waiting) yield item;
      }
    },
  };
}

const isBefore = <Item>(a: Tagged<Item>, b: Tagged<Item>): boolean =>
  a.start < b.start || (a.start === b.start && a.number < b.number);

export type Lane = {
  tenant: string;
  /** Share against other tenants; above 0. */
  weight: number;
  priority: 'interactive' | 'batch';
};

export type FairQueue<Item extends Lane> = ReturnType<typeof createFairQueue<Item>>;

type Tagged<Item> = { item: Item; start: number; finish: number };
type TenantLane<Item> = { waiting: Tagged<Item>[]; lastFinish: number };

const priorities = ['interactive', 'batch'] as const;

/**
 * Weighted fair queueing by start-time tags (Goyal, Vin, Cheng 1996): each tenant is served first in, first out, and
 * tenants share in the ratio of their weights, however much each of them sends. Interactive items go before batch items.
 * Every operation takes time in proportion to the number of tenants waiting.
 */
export function createFairQueue<Item extends Lane>() {
  const classes = { interactive: new Map<string, TenantLane<Item>>(), batch: new Map<string, TenantLane<Item>>() };
  const virtualTimes = { interactive: 0, batch: 0 };
  const counts = new Map<string, number>();
  let size = 0;

  function count(tenant: string, by: 1 | -1): void {
    size += by;
    const left = (counts.get(tenant) ?? 0) + by;
    if (left > 0) counts.set(tenant, left);
    else counts.delete(tenant);
  }

  /** Empties are kept only as long as their tag still tells something. */
  function tidy(priority: Lane['priority'], tenant: string, lane: TenantLane<Item>): void {
    if (lane.waiting.length > 0) return;
    const lanes = classes[priority];
    if (lane.lastFinish <= virtualTimes[priority]) lanes.delete(tenant);
    if (size > 0) return;
    for (const each of priorities) {
      classes[each].clear();
      virtualTimes[each] = 0;
    }
  }

  function nextLane(): { priority: Lane['priority']; tenant: string; lane: TenantLane<Item> } | null {
    for (const priority of priorities) {
      let best: { tenant: string; lane: TenantLane<Item>; start: number } | null = null;
      for (const [tenant, lane] of classes[priority]) {
        const head = lane.waiting[0];
        if (head && (best === null || head.start < best.start)) best = { tenant, lane, start: head.start };
      }
      if (best) return { priority, tenant: best.tenant, lane: best.lane };
    }
    return null;
  }

  return {
    get size() {
      return size;
    },
    countOf: (tenant: string): number => counts.get(tenant) ?? 0,
    /** Tenants with something waiting. */
    tenants: (): IterableIterator<string> => counts.keys(),
    push(item: Item): void {
      const { tenant, weight, priority } = item;
      const lanes = classes[priority];
      let lane = lanes.get(tenant);
      if (!lane) lanes.set(tenant, (lane = { waiting: [], lastFinish: 0 }));
      const start = Math.max(virtualTimes[priority], lane.lastFinish);
      lane.lastFinish = start + 1 / weight;
      lane.waiting.push({ item, start, finish: lane.lastFinish });
      count(tenant, 1);
    },
    /** Puts an item back at the head: it was taken, and could not be served through no fault of its own. */
    unshift(item: Item): void {
      const lanes = classes[item.priority];
      let lane = lanes.get(item.tenant);
      if (!lane) lanes.set(item.tenant, (lane = { waiting: [], lastFinish: virtualTimes[item.priority] }));
      const start = Math.min(virtualTimes[item.priority], lane.waiting[0]?.start ?? Infinity);
      lane.waiting.unshift({ item, start, finish: start });
      count(item.tenant, 1);
    },
    peek: (): Item | undefined => nextLane()?.lane.waiting[0]?.item,
    shift(): Item | undefined {
      const next = nextLane();
      const head = next?.lane.waiting.shift();
      if (!next || !head) return undefined;
      virtualTimes[next.priority] = Math.max(virtualTimes[next.priority], head.start);
      count(next.tenant, -1);
      tidy(next.priority, next.tenant, next.lane);
      return head.item;
    },
    remove(item: Item): boolean {
      const lane = classes[item.priority].get(item.tenant);
      const index = lane?.waiting.findIndex((tagged) => tagged.item === item) ?? -1;
      if (!lane || index < 0) return false;
      lane.waiting.splice(index, 1);
      count(item.tenant, -1);
      tidy(item.priority, item.tenant, lane);
      return true;
    },
    /** What a tenant put in first, or last; least urgent first. */
    find(tenant: string, end: 'oldest' | 'newest'): Item | undefined {
      for (const priority of priorities.toReversed()) {
        const found = classes[priority].get(tenant)?.waiting.at(end === 'oldest' ? 0 : -1)?.item;
        if (found) return found;
      }
      return undefined;
    },
    *[Symbol.iterator](): Generator<Item> {
      for (const priority of priorities) {
        for (const { waiting } of classes[priority].values()) for (const { item } of waiting) yield item;
      }
    },
  };
}

type End = { readonly endsAtMs: number; readonly onEnd: () => void };
type Group = { ends: Set<End>; nextMs: number };

type Deps = {
  /** What time it is in an organization. */
  nowOf: (organizationId: string) => Date;
};

/**
 * Proofs that end by themselves at a time of their organization. Looked at as often as `look` is called, and not by
 * timers of their own: a clock that is moved, as a sandbox's is, ends them too. Costs nothing for proofs that are good.
 */
export function createProofEnds({ nowOf }: Deps) {
  const groups = new Map<string, Group>();

  return {
    /** Calls `onEnd` once after `endsAt`, unless the result is called before. */
    add(organizationId: string, endsAt: Date, onEnd: () => void): () => void {
      const group = groups.get(organizationId) ?? { ends: new Set(), nextMs: Infinity };
      groups.set(organizationId, group);
      const end = { endsAtMs: endsAt.getTime(), onEnd };
      group.ends.add(end);
      group.nextMs = Math.min(group.nextMs, end.endsAtMs);
      return () => {
        if (group.ends.delete(end) && group.ends.size === 0 && groups.get(organizationId) === group) {
          groups.delete(organizationId);
        }
      };
    },

    /** Ends what has ended by now. */
    look(): void {
      for (const [organizationId, group] of groups) {
        const nowMs = nowOf(organizationId).getTime();
        if (group.nextMs > nowMs) continue;
        const ended = [...group.ends].filter(({ endsAtMs }) => endsAtMs <= nowMs);
        for (const end of ended) group.ends.delete(end);
        group.nextMs = Math.min(...[...group.ends].map(({ endsAtMs }) => endsAtMs));
        if (group.ends.size === 0) groups.delete(organizationId);
        for (const { onEnd } of ended) onEnd();
      }
    },
  };
}

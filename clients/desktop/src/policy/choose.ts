/** Who is asked first: `local` and `cloud` ask nobody else. */
export type Policy = 'local' | 'cloud' | 'prefer-local' | 'prefer-cloud';
export type Side = 'local' | 'cloud';

/** What is known of one side. */
export type SideHealth = {
  /** Whether it can be expected to answer. */
  isUp: boolean;
  /** Milliseconds that it takes, about; null where nobody knows yet. */
  latencyMs: number | null;
};

export type Known = {
  local: SideHealth;
  cloud: SideHealth;
  /** Whether the plan allows another call to the cloud, as far as it has said. */
  plan: { hasRoom: boolean };
};

/** So much slower the preferred side has to be that the other one is worth it: a machine that is busy for a moment is not. */
const slowerTimes = 4;
const slowerMs = 250;

/** Who is asked. Null where nobody can be expected to answer. */
export function choose(policy: Policy, { local, cloud, plan }: Known): Side | null {
  // Whoever names one side wants its answer, or to hear why there is none.
  if (policy === 'local' || policy === 'cloud') return policy;
  const usable = { local: local.isUp, cloud: cloud.isUp && plan.hasRoom };
  const [first, second]: [Side, Side] = policy === 'prefer-local' ? ['local', 'cloud'] : ['cloud', 'local'];
  if (!usable[first]) return usable[second] ? second : null;
  const of = { local, cloud };
  return usable[second] && isMuchSlower(of[first], of[second]) ? second : first;
}

function isMuchSlower(a: SideHealth, b: SideHealth): boolean {
  return a.latencyMs !== null && b.latencyMs !== null && a.latencyMs > slowerTimes * b.latencyMs + slowerMs;
}

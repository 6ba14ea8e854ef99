import type { SideHealth } from './choose.ts';

/** So many failures in a row and a side is left alone for a while. */
const failuresMax = 2;
const restMs = { least: 1_000, most: 30_000 };
/** Share of the newest answer in what a side is taken to need. */
const newestShare = 0.3;
/** How long it is believed: a side that nobody asks, because it was slow once, has to be asked again. */
const believedMs = 60_000;

/** How one side did lately. `nowMs` only ever goes on. */
export function createHealth(nowMs: () => number = () => performance.now()) {
  let latencyMs: number | null = null;
  let believedUntilMs = 0;
  const believed = () => (nowMs() < believedUntilMs ? latencyMs : null);
  let failures = 0;
  let restsUntilMs = 0;
  return {
    answered(tookMs: number): void {
      const before = believed();
      latencyMs = before === null ? tookMs : before + newestShare * (tookMs - before);
      believedUntilMs = nowMs() + believedMs;
      failures = 0;
    },
    failed(): void {
      failures += 1;
      if (failures < failuresMax) return;
      const ms = restMs.least * 2 ** Math.min(failures - failuresMax, 10);
      restsUntilMs = nowMs() + Math.min(restMs.most, ms);
    },
    /** After its rest a side is up for the next call, and by how that goes. */
    get now(): SideHealth {
      return { isUp: failures < failuresMax || nowMs() >= restsUntilMs, latencyMs: believed() };
    },
  };
}

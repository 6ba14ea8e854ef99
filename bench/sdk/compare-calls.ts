import { median } from '../lib/compare.ts';

/** One job done by hand and by the client. Both give how many items came back. */
export type Pair = {
  name: string;
  plain: () => Promise<number>;
  client: () => Promise<number>;
  /** Items that an answer has: a refusal would be quick, and no feat. */
  count: number;
};

/** Medians of all calls; processor time is that of this process alone, without the server's. */
export type Compared = { plainMs: number; clientMs: number; plainCpuMs: number; clientCpuMs: number };

/** One call after the other, by turns; which comes first changes each time, so that what else the machine does meets both alike. */
export async function compareCalls(
  { name, plain, client, count }: Pair,
  { calls, warmUp }: { calls: number; warmUp: number },
): Promise<Compared> {
  const sides = [
    { run: plain, times: [] as number[], cpu: [] as number[] },
    { run: client, times: [] as number[], cpu: [] as number[] },
  ] as const;
  for (let round = 0; round < warmUp + calls; round += 1) {
    for (const { run, times, cpu } of round % 2 === 0 ? sides : sides.toReversed()) {
      const usedBefore = process.cpuUsage();
      const startedAt = performance.now();
      const got = await run();
      const ms = performance.now() - startedAt;
      if (got !== count) throw new Error(`${name}: ${got} items came back, not ${count}.`);
      if (round < warmUp) continue;
      const { user, system } = process.cpuUsage(usedBefore);
      times.push(ms);
      cpu.push((user + system) / 1_000);
    }
  }
  const [{ times: plainMs, cpu: plainCpuMs }, { times: clientMs, cpu: clientCpuMs }] = sides;
  return {
    ...{ plainMs: median(plainMs), clientMs: median(clientMs) },
    ...{ plainCpuMs: median(plainCpuMs), clientCpuMs: median(clientCpuMs) },
  };
}

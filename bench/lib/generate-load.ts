import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import type { LoadPlan, LoadReport } from './load-plan.ts';

/*
 * A load generator, as a process of its own: it must neither wait for the one who measures nor hold it up. Told what to
 * do over the channel of its parent, one plan at a time.
 */

/** Answers that are still owed when the time is up are waited for this long. */
const patienceMs = 15_000;
/** Where nobody listens, asking again at once would only keep a core busy. */
const againMs = 10;

process.once('disconnect', () => process.exit());
process.on('message', (plan: LoadPlan) => {
  void run(plan).then((report) => process.send?.(report));
});
process.send?.('ready');

type Slot = { connection: Connection; sentAt: number; isBusy: boolean };

async function run(plan: LoadPlan): Promise<LoadReport> {
  const { url, requests, durationMs } = plan;
  const sentAtMs: number[] = [];
  const latencyMs: number[] = [];
  const status: number[] = [];
  const idle: Slot[] = [];
  const slots = new Set<Slot>();
  let turn = 0;
  let owed = 0;
  let unsentCount = 0;
  let refusal: string | null = null;
  let isOver = false;
  let lastAnswerAt = 0;
  const finished = Promise.withResolvers<void>();

  function note(slot: Slot, code: number): void {
    const now = performance.now();
    sentAtMs.push(slot.sentAt - startedAt);
    latencyMs.push(now - slot.sentAt);
    status.push(code);
    slot.isBusy = false;
    owed -= 1;
    // What comes after the time is up belongs to no rate.
    if (!isOver) lastAnswerAt = now;
  }

  function open(): Slot {
    const connection = openConnection({
      url,
      onAnswer({ status: code, body }) {
        if (code !== 200) refusal = `${code} ${body.toString().slice(0, 300)}`;
        note(slot, code);
        next(slot);
      },
      onEnd(reason) {
        slots.delete(slot);
        const index = idle.indexOf(slot);
        if (index >= 0) idle.splice(index, 1);
        if (slot.isBusy) {
          refusal = reason;
          note(slot, 0);
        }
        // A load of so many connections stays one.
        if (!isOver && plan.kind === 'closed') setTimeout(() => !isOver && send(open()), againMs);
        else if (isOver && owed === 0) finished.resolve();
      },
    });
    const slot: Slot = { connection, sentAt: 0, isBusy: false };
    slots.add(slot);
    return slot;
  }

  function send(slot: Slot): void {
    owed += 1;
    slot.isBusy = true;
    slot.sentAt = performance.now();
    slot.connection.send(requests[turn++ % requests.length]!);
  }

  function next(slot: Slot): void {
    if (isOver) {
      if (owed === 0) finished.resolve();
    } else if (plan.kind === 'closed') send(slot);
    else idle.push(slot);
  }

  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let beat: NodeJS.Timeout | null = null;
  if (plan.kind === 'closed') for (let index = 0; index < plan.connections; index += 1) send(open());
  else {
    const { perSecond, connectionsMax } = plan;
    let due = 0;
    beat = setInterval(() => {
      for (; due < ((performance.now() - startedAt) * perSecond) / 1_000; due += 1) {
        const slot = idle.pop() ?? (slots.size < connectionsMax ? open() : null);
        if (slot) send(slot);
        else unsentCount += 1;
      }
    }, 1);
  }
  await new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
  isOver = true;
  if (beat) clearInterval(beat);
  const impatience = setTimeout(finished.resolve, patienceMs);
  if (owed > 0) await finished.promise;
  clearTimeout(impatience);
  const { user, system } = process.cpuUsage(cpuBefore);
  for (const { connection } of slots) connection.close();
  return {
    seconds: (lastAnswerAt - startedAt) / 1_000,
    sentAtMs: Float64Array.from(sentAtMs),
    latencyMs: Float64Array.from(latencyMs),
    status: Uint16Array.from(status),
    unsentCount,
    cpuUs: user + system,
    refusal,
  };
}

import { startSubject } from '../../lib/subject.ts';
import type { Subject } from '../../lib/subject.ts';
import { machineMs } from './clock.ts';
import { openReaders } from './readers.ts';

export const readerCount = 1_000;

/** A thousand readers of the raw broadcast; `message` is one of ours, whose result is what it sends. */
export async function startRaw(message: string) {
  await using opening = new AsyncDisposableStack();
  const { payload } = JSON.parse(message) as { payload: object };
  const module = new URL('raw-server.ts', import.meta.url);
  const subject = opening.use(await startSubject('raw ws', module, [JSON.stringify(payload)]));
  const readers = opening.use(await openReaders({ url: subject.url, count: readerCount }));
  let heard = 0;
  async function publish(): Promise<void> {
    await subject.ask('publish');
    await readers.reached((heard += readerCount));
  }
  const open = opening.move();
  return {
    /** What it delivers as fast as it can, event by event. */
    perSecond: (events: number) => perSecond(subject, events, publish),
    /** How long after it was told of one event each of those who look had it, in milliseconds. */
    async delays(): Promise<number[]> {
      await readers.seen();
      const toldAt = machineMs();
      await publish();
      return (await readers.seen()).map(([, at]) => at - toldAt);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Messages for each second of the server's processor time: what else the machine does changes it little. */
export async function perSecond(subject: Subject, events: number, next: () => Promise<void>): Promise<number> {
  const before = await subject.ask<number>('cpu');
  for (let event = 0; event < events; event += 1) await next();
  const microseconds = (await subject.ask<number>('cpu')) - before;
  return (events * readerCount * 1e6) / microseconds;
}

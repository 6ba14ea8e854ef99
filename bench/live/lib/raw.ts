import { startSubject } from '../../lib/subject.ts';
import type { Subject } from '../../lib/subject.ts';
import { machineMs } from './clock.ts';
import { openReaders } from './readers.ts';
import type { Transport } from './readers.ts';

export const readerCount = 1_000;

const modules: Record<Transport, URL> = {
  ws: new URL('raw-server.ts', import.meta.url),
  sse: new URL('raw-stream-server.ts', import.meta.url),
};

/** The result in a message of ours, or in an event of a stream of ours. */
const payloadOf: Record<Transport, (message: string) => object> = {
  ws: (message) => (JSON.parse(message) as { payload: object }).payload,
  sse: (message) => JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? '') as object,
};

/** A thousand readers of the raw broadcast; `message` is one of ours, whose result is what it sends. */
export async function startRaw(message: string, transport: Transport = 'ws') {
  await using opening = new AsyncDisposableStack();
  const payload = JSON.stringify(payloadOf[transport](message));
  const subject = opening.use(await startSubject(`raw ${transport}`, modules[transport], [payload]));
  const readers = opening.use(await openReaders({ url: subject.url, count: readerCount, transport }));
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

import { InputInvalidError } from '../../../errors/request-errors.ts';
import type { RunMessage } from '../../../ports.ts';
import type { FrameMessage } from '../run-events.ts';
import type { Opened } from '../session-steps.ts';

/** What a batch says: how the run began, in the first of an attempt, and what it saw. */
export type Batch = { opened: Opened | null; frames: FrameMessage[] };

/** Messages of one batch at most. */
export const batchMessagesMax = 1_000;

/**
 * Gathers the messages of a batch. The first batch of an attempt, and no other, begins with `opened`; the frames come in
 * the order of their indices. Throws INPUT_INVALID, also for bytes that are no messages.
 */
export async function readBatch(messages: AsyncIterable<RunMessage>, isFirst: boolean): Promise<Batch> {
  const batch: Batch = { opened: null, frames: [] };
  let count = 0;
  try {
    for await (const message of messages) take(message);
  } catch (error) {
    // Errors of ours and of the connection have a code; without one it is what the parser says of the bytes.
    if (!(error instanceof Error) || 'code' in error) throw error;
    throw new InputInvalidError('body', `This is no batch: ${error.message.slice(0, 300)}`);
  }
  if (isFirst && !batch.opened)
    throw new InputInvalidError('body', 'The first batch of an attempt begins with “opened”.');
  return batch;

  function take(message: RunMessage): void {
    count += 1;
    if (count > batchMessagesMax)
      throw new InputInvalidError('body', `A batch has ${batchMessagesMax} messages at most.`);
    if (message.type === 'opened' && isFirst && count === 1) {
      const { name, version } = message.model;
      batch.opened = { framesTotal: message.framesTotal, model: `${name}@${version}` };
      return;
    }
    if (message.type !== 'frame') throw new InputInvalidError('body', `“${message.type}” does not belong here.`);
    const last = batch.frames.at(-1);
    if (last && message.index <= last.index) {
      throw new InputInvalidError('body', `Frame ${message.index} comes after frame ${last.index}.`);
    }
    batch.frames.push(message);
  }
}

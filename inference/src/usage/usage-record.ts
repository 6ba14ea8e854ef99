import { z } from 'zod';

/** The server keeps counts in 32 bits, and takes none beyond. */
export const countMax = 2 ** 31 - 1;

/** One call that is to be paid for, as it is kept and sent. */
export const usageRecordSchema = z.object({
  /** Made here, once: whoever records it a second time changes nothing. */
  id: z.uuid(),
  organizationId: z.string().min(1),
  apiKeyId: z.string().min(1).nullable(),
  task: z.string().min(1).max(64),
  model: z.string().min(1).max(200),
  /** At most `countMax`; what is more was written by nobody who knows it, and is for the server to refuse. */
  count: z.int().min(1),
  /** When its answer was known. */
  at: z.iso.datetime(),
  /** What its caller named it by, who may have it answered elsewhere as well; null for most. */
  callId: z.uuid().nullable().default(null),
});
export type UsageRecord = z.output<typeof usageRecordSchema>;

/** One line for each record. */
export const encodeRecords = (records: readonly UsageRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/**
 * The records of a segment. A line that is none was being written when the process was killed: its call was never
 * answered, and it is only counted.
 */
export function decodeRecords(text: string): { records: UsageRecord[]; tornCount: number } {
  const lines = text.split('\n').filter((line) => line !== '');
  const records = lines.flatMap((line) => {
    const parsed = usageRecordSchema.safeParse(jsonOrNull(line));
    return parsed.success ? [parsed.data] : [];
  });
  return { records, tornCount: lines.length - records.length };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

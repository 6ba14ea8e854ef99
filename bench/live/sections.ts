import type { Row } from '../lib/report.ts';

export type Tools = {
  /** Tells what goes on. */
  say: (text: string) => void;
  /** A first look in a fraction of the time. */
  quick: boolean;
};

/** One group of measurements; leaves nothing behind. */
export type Section = (tools: Tools) => Promise<Row[]>;

/** Loaded only when asked for, run in this order. */
export const sections: Record<string, () => Promise<{ default: Section }>> = {
  'fan-out': async () => ({ default: (await import('./fan-out.ts')).fanOut }),
  coalescing: async () => ({ default: (await import('./coalescing.ts')).coalescing }),
  'two-processes': async () => ({ default: (await import('./two-processes.ts')).twoProcesses }),
  idle: async () => ({ default: (await import('./idle.ts')).idle }),
  ingest: async () => ({ default: (await import('./ingest.ts')).ingest }),
  steady: async () => ({ default: (await import('./steady.ts')).steady }),
  million: async () => ({ default: (await import('./million.ts')).million }),
  reads: async () => ({ default: (await import('./reads.ts')).reads }),
};

/** What a check found: `skip` where something before it has to work first. */
export type Found = {
  state: 'pass' | 'fail' | 'skip';
  detail: string;
  /** What to do; only where it failed. */
  fix: string | null;
};

export type Row = Found & { check: string };

export const pass = (detail: string): Found => ({ state: 'pass', detail, fix: null });
export const fail = (detail: string, fix: string): Found => ({ state: 'fail', detail, fix });
export const skip = (detail: string): Found => ({ state: 'skip', detail, fix: null });

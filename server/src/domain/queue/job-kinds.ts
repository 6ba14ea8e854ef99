/**
 * What each kind of job is told. Ids only: operators read it, and what it is about may be gone when its turn comes.
 * Names are `<concept>.<what-is-done>`.
 */
export type Jobs = {
  /** Makes the months of the feed before they are needed. */
  'events.months': Record<never, never>;
  /** Moves what is old into files. */
  'events.archive': Record<never, never>;
  /** Removes months of which nothing is left. */
  'events.drop-months': Record<never, never>;
  /** Removes files that no row names, from after this name on. */
  'files.sweep': { after?: string };
};

export type JobName = keyof Jobs;

/** The organization it is done for; null: for none, or all. */
export type JobData<Name extends JobName> = Jobs[Name] & { organizationId: string | null };

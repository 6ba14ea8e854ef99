/** One item of a numbered source. */
export type SharedItem = { readonly seq: bigint; readonly item: unknown };

/** Where a reader of a source is, in the words of `after`, when nothing came that it wants. */
export class Progress {
  readonly cursor: string;
  constructor(cursor: string) {
    this.cursor = cursor;
  }
}

/** A reader to whom nothing comes is told where it is after so many numbers: what it would read again, at most. */
export const progressEvery = 1_000n;
/** And no more often than that. */
export const progressMs = 1_000;

/** A numbered source that any number of readers follow alike. */
export type SharedSource = {
  /** Whoever has the same key gets the same items, and may see the same in them. */
  readonly key: string;
  /** The newest number there is. */
  readonly position: bigint;
  /** Calls `listener` whenever `position` has grown, until the result is called. */
  listen(listener: () => void): () => void;
  /** What comes after a number, and up to where nothing is missing then. Null: the source is gone. */
  page(after: bigint): Promise<{ items: readonly SharedItem[]; reached: bigint } | null>;
  /** The item that tells readers that they are at `seq`, though nothing came. Null: they did not ask for such items. */
  progressAt(seq: bigint): unknown;
};

/** Readers who have got everything up to the same number, and for whom work is done once. */
export type Company = {
  /** Up to here the company has got everything: where a reader has to come before it can join. */
  readonly position: bigint;
  /**
   * Takes a reader along that is at `cursor`. Resolves with where it is when it has to go on by itself: at once when the
   * company went on meanwhile, and when `signal` aborts. Null: there is nothing more to come.
   */
  join(cursor: bigint, signal: AbortSignal): Promise<bigint | null>;
};

/** What a stream of such a source offers before it is read: from then on its reader keeps company when it is up to date. */
export type Shareable = { readonly source: SharedSource; follow(company: Company): void };

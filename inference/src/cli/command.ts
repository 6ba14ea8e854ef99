import type { CatalogueEntry } from '../models/catalogue.ts';
import type { DownloadDeps } from '../models/sources/download.ts';

/** What a command works with. */
export type CommandDeps = DownloadDeps & {
  catalogue: readonly CatalogueEntry[];
  /** As the sidecar's engines are set. */
  intraThreads: number;
  isSpinning: boolean;
  providers: readonly string[];
  /** The answer. */
  print(text: string): void;
  /** What goes on meanwhile; kept apart from the answer, so that `--json` stays JSON. */
  say(text: string): void;
};

/** Resolves with the exit code. */
export type Command = (deps: CommandDeps, names: readonly string[], options: Options) => Promise<number>;

export type Options = {
  json?: boolean;
  force?: boolean;
  fold?: boolean;
  sha256?: string;
  task?: string;
  labels?: string;
  mean?: string;
  std?: string;
  channels?: string;
  size?: string;
  name?: string;
  version?: string;
  licence?: string;
  threshold?: string;
};

/** It was used wrongly; whoever reads it can set it right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const exitCodes = { done: 0, failed: 1, usedWrongly: 2, stopped: 130 } as const;

export const printJson = ({ print }: Pick<CommandDeps, 'print'>, value: unknown): void =>
  print(JSON.stringify(value, null, 2));

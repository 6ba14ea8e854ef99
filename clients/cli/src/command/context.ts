import type { Client } from '@sightline/core';
import type { Settings } from '../setting/settings.ts';
import type { SignIns } from '../sign-in/sign-ins.ts';
import type { Out } from '../output/out.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export type Input = AsyncIterable<Uint8Array | string> & {
  readonly isTTY?: boolean;
  /** Where keys that are pressed come at once, and are not shown. */
  setRawMode?(isRaw: boolean): unknown;
};

/** What a command is given. */
export type Context<Values = object> = {
  readonly options: Values;
  readonly args: readonly string[];
  /** Where the server and the sidecar are, and who said so. */
  readonly settings: Settings;
  /** Speaks for whoever is signed in there. Throws NotSignedIn. Closed when the command ends. */
  client(): Promise<Client>;
  readonly signIns: SignIns;
  readonly out: Out;
  readonly env: Env;
  readonly cwd: string;
  readonly stdin: Input;
  /** Ctrl-C: end well, and soon. */
  readonly signal: AbortSignal;
};

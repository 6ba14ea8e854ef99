import type { Context } from './context.ts';

type About = {
  /** Half a sentence for the help. */
  readonly about: string;
  readonly short?: string;
};

export type Option =
  | (About & { readonly type: 'flag' })
  | (About & {
      readonly type: 'text';
      /** What stands for the value in the help. */
      readonly value: string;
      readonly choices?: readonly string[];
      readonly fallback?: string;
    })
  /** Given several times, or with commas. */
  | (About & { readonly type: 'list'; readonly value: string; readonly choices?: readonly string[] })
  | (About & {
      readonly type: 'number';
      readonly value: string;
      readonly least: number;
      readonly most: number;
      /** Whole numbers unless this is set. */
      readonly isFraction?: boolean;
      readonly fallback?: number;
    });

export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { type: 'flag' }
  ? boolean
  : O extends { type: 'list' }
    ? readonly string[]
    : O extends { type: 'number' }
      ? number | (O extends { fallback: number } ? never : undefined)
      : string | (O extends { fallback: string } ? never : undefined);

export type ValuesOf<O extends Options> = { readonly [K in keyof O]: ValueOf<O[K]> };

export type Argument = {
  readonly name: string;
  readonly about: string;
  readonly isOptional?: boolean;
  /** The last one may take all that follow. */
  readonly isMany?: boolean;
  /** What a shell offers here. */
  readonly offers?: 'files' | readonly string[];
};

export type Example = { readonly line: string; readonly about: string };

type Definition<O extends Options> = {
  /** As it is typed: `sessions run`. */
  readonly name: string;
  readonly summary: string;
  /** What else somebody should know before the first use, in lines. */
  readonly details?: readonly string[];
  readonly arguments?: readonly Argument[];
  readonly options?: O;
  readonly examples: readonly Example[];
  /** It runs even where files of the settings make no sense: `settings.problem` says so then. */
  readonly toleratesBrokenSettings?: boolean;
  /** The result is the exit code; 0 unless given. */
  run(context: Context<ValuesOf<O>>): Promise<number | void>;
};

export type Command = Omit<Definition<Options>, 'run'> & {
  // Its options were read by its own table: nobody else calls it.
  run(context: Context<never>): Promise<number | void>;
};

/** One command of the table: how it is typed, what it says of itself, and what it does. */
export function defineCommand<const O extends Options = Record<never, never>>(definition: Definition<O>): Command {
  return definition as unknown as Command;
}

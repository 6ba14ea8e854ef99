import { useSettings } from './settings.ts';

/** A sentence, or one that is made of values. */
type Said = string | ((...values: never[]) => string);
type Dictionary = Readonly<Record<string, Said>>;
/** The same keys, and what is made of values is made of the same ones. */
type Translated<D extends Dictionary> = {
  readonly [K in keyof D]: D[K] extends (...values: infer V) => string ? (...values: V) => string : string;
};
export type Text<D extends Dictionary> = { readonly en: D; readonly es: Translated<D> };

/** What a page says, in every language: `export const text = defineText({ en: { … }, es: { … } })`. */
export const defineText = <D extends Dictionary>(both: Text<D>): Text<D> => both;

/** What a page says in the language of whoever looks at it. */
export const useText = <D extends Dictionary>(text: Text<D>): Translated<D> =>
  text[useSettings().language] as Translated<D>;

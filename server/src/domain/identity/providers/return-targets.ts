import { InputInvalidError } from '../../../errors/request-errors.ts';

type Deps = { webUrl(): string; publicUrl(): string; corsOrigins: readonly string[] };

export type ReturnTargets = (asked: string) => string;

/** Decides where a browser may be sent with a code in its hands: our own pages, and those that may call us. */
export function createReturnTargets({ webUrl, publicUrl, corsOrigins }: Deps): ReturnTargets {
  /** The whole address of a page, from an address or a path. Throws INPUT_INVALID. */
  return function returnTarget(asked) {
    const refused = new InputInvalidError('input.returnTo', 'This is not a page of ours.');
    if (!URL.canParse(asked, `${webUrl()}/`)) throw refused;
    const target = new URL(asked, `${webUrl()}/`);
    const allowed = [new URL(webUrl()).origin, new URL(publicUrl()).origin, ...corsOrigins];
    if (!/^https?:$/.test(target.protocol) || !allowed.includes(target.origin)) throw refused;
    if (target.username !== '' || target.password !== '') throw refused;
    target.hash = '';
    return target.href;
  };
}

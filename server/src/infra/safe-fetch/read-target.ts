import { RequestRefusedError } from '../../errors/request-errors.ts';

/** Reads an address as far as it can be judged without asking who is behind its name. Throws URL_REFUSED. */
export function readTarget(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (!url) throw urlRefused('it is no URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw urlRefused('it is neither https nor http');
  if (url.username || url.password) throw urlRefused('it carries a user name');
  if (base?.protocol === 'https:' && url.protocol !== 'https:') throw urlRefused('it leads from https to http');
  return url;
}

/** Names that no public server has; what a resolver says to some of them depends on the machine. */
export function hasInnerName({ hostname }: URL): boolean {
  return /(^|\.)(localhost|local|internal|home\.arpa|invalid)\.?$/.test(hostname);
}

/** `name:port`, as OUTBOUND_HOSTS names hosts. */
export function hostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

export function urlRefused(why: string): RequestRefusedError {
  return new RequestRefusedError('URL_REFUSED', `This address cannot be used: ${why}.`);
}

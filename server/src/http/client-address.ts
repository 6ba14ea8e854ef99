import { BlockList, isIP } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';

type Asked = { headers: IncomingHttpHeaders; remoteAddress: string | null };

/** Whoever connects from one of these networks may say for whom it does. */
export type ClientAddress = (request: Asked) => string | null;

/**
 * Where a request came from: the last address of `x-forwarded-for` that is not one of our own proxies. What a proxy we
 * do not know says about it is not believed. `proxies` are addresses and networks such as `10.0.0.0/8`.
 */
export function createClientAddress(proxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return function clientAddress({ headers, remoteAddress }) {
    let address = plain(remoteAddress ?? '');
    const hops = String(headers['x-forwarded-for'] ?? '').split(',');
    while (address && isTrusted(address)) {
      const next = plain(hops.pop() ?? '');
      if (!next) break;
      address = next;
    }
    return address;
  };
}

/** An address as it is compared and shown: IPv4 in IPv6 as IPv4. Null for anything that is none. */
function plain(text: string): string | null {
  const address = text.trim().replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) ? address : null;
}

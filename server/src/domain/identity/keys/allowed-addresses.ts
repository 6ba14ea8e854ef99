import { BlockList, SocketAddress, isIP } from 'node:net';
import { InputInvalidError } from '../../../errors/request-errors.ts';

export const allowedAddressesMax = 100;

/**
 * Addresses and networks as they are kept: IPv4 in IPv6 as IPv4, each once, networks without the bits that say nothing.
 * Throws INPUT_INVALID for what is neither.
 */
export function parseAddresses(texts: readonly string[], field: string): string[] {
  if (texts.length > allowedAddressesMax) {
    throw new InputInvalidError(field, `Give at most ${allowedAddressesMax} addresses.`);
  }
  return [...new Set(texts.map((text) => parse(text, field)))];
}

/** Whether one of them is this address, or a network that holds it. An address that is not known is in none. */
export function isAllowed(address: string | null, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  const plain = address === null ? '' : withoutMapping(address);
  const family = isIP(plain);
  if (family === 0) return false;
  const list = new BlockList();
  for (const each of allowed) {
    const [network = '', bits] = each.split('/');
    if (bits === undefined) list.addAddress(network, familyOf(network));
    else list.addSubnet(network, Number(bits), familyOf(network));
  }
  return list.check(plain, familyOf(plain));
}

const withoutMapping = (text: string) => text.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

function parse(text: string, field: string): string {
  const [given = '', bits, ...rest] = text.trim().split('/');
  const address = withoutMapping(given);
  const width = isIP(address) === 6 ? 128 : 32;
  const isNetwork = bits !== undefined;
  // A zone (`fe80::1%eth0`) means something on one machine only.
  const isGood = isIP(address) !== 0 && !address.includes('%') && rest.length === 0;
  if (!isGood || (isNetwork && (!/^\d{1,3}$/.test(bits) || Number(bits) > width || Number(bits) === 0))) {
    throw new InputInvalidError(field, `“${text.slice(0, 60)}” is no address and no network such as 203.0.113.0/24.`);
  }
  const canonical = new SocketAddress({ address, family: familyOf(address) }).address;
  return isNetwork && Number(bits) < width ? `${networkOf(canonical, Number(bits))}/${Number(bits)}` : canonical;
}

/** The address with only its first `bits` kept. */
function networkOf(address: string, bits: number): string {
  const family = familyOf(address);
  const [size, base, separator] = family === 'ipv4' ? [8, 10, '.'] : [16, 16, ':'];
  const kept = partsOf(address).map((part, index) => {
    const rest = Math.min(size, Math.max(0, bits - index * size));
    return (part & (((1 << rest) - 1) << (size - rest))).toString(base);
  });
  return new SocketAddress({ address: kept.join(separator), family }).address;
}

/** The numbers of an address: four of IPv4, eight of IPv6. */
function partsOf(address: string): number[] {
  if (isIP(address) === 4) return address.split('.').map(Number);
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').flatMap(groupOf));
  const before = groups(head);
  if (tail === undefined) return before;
  const after = groups(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

/** A group of an IPv6 address, of which the last may be written as IPv4. */
function groupOf(text: string): number[] {
  if (!text.includes('.')) return [Number.parseInt(text, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

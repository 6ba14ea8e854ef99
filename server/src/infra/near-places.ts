import { BlockList, isIP } from 'node:net';
import type { PlaceFinder } from '../ports/place-finder.ts';

const own = new BlockList();
own.addSubnet('127.0.0.0', 8, 'ipv4');
own.addAddress('::1', 'ipv6');
const near = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  near.addSubnet(network, bits, 'ipv4');
}
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

/** Knows what an address says by itself: this machine, this network. For the world it would take a map of addresses. */
export const nearPlaces: PlaceFinder = {
  placeOf(address) {
    const family = { 4: 'ipv4', 6: 'ipv6' }[isIP(address)] as 'ipv4' | 'ipv6' | undefined;
    if (!family) return null;
    if (own.check(address, family)) return 'this machine';
    return near.check(address, family) ? 'this network' : null;
  },
};

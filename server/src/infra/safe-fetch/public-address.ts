import { BlockList, isIP } from 'node:net';

// What IANA's registries of special addresses keep from the public internet, and what clouds keep for themselves.
const closed4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8',
  '100.64.0.0/10', // shared by carriers; a cloud's metadata is at 100.100.100.200
  '127.0.0.0/8',
  '168.63.129.16/32', // a cloud's own service, at an address that looks public
  '169.254.0.0/16', // this link, and metadata
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
];
/** All of IPv6 that is public begins here; loopback, private, local, mapped and translated addresses do not. */
const open6 = ['2000::/3'];
// Within it: tunnels that carry an IPv4 address, documentation, benchmarks.
const closed6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const closed = listOf(closed4.map((network) => [network, 'ipv4']));
const inside = listOf(open6.map((network) => [network, 'ipv6']));
const except = listOf(closed6.map((network) => [network, 'ipv6']));

/** Whether everybody on the internet could reach an address. Anything that is not an address is not public. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !closed.check(address, 'ipv4');
  return isIP(address) === 6 && inside.check(address, 'ipv6') && !except.check(address, 'ipv6');
}

function listOf(networks: [network: string, family: 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList();
  for (const [network, family] of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

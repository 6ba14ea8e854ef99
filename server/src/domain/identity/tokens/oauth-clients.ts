/** Programs of ours that people let in from their own machine. They keep no secret: PKCE and the person's word stand for it. */
export const oauthClients: Readonly<Record<string, { name: string }>> = {
  'sightline-cli': { name: 'Sightline command line' },
  'sightline-desktop': { name: 'Sightline desktop' },
};

/** What people see of a client; null when there is none of that id. */
export function clientName(id: string): string | null {
  return Object.hasOwn(oauthClients, id) ? (oauthClients[id]?.name ?? null) : null;
}

/**
 * Whether codes may be sent there: to a program on the person's own machine, by its address (RFC 8252, 7.3 and 8.3). The
 * port is the program's to choose; a name such as localhost could lead elsewhere.
 */
export function isLoopbackRedirect(text: string): boolean {
  if (text.length > 300 || !URL.canParse(text)) return false;
  const { href, protocol, hostname, port, username, password, search, hash } = new URL(text);
  const isPlain = [username, password, search, hash].every((part) => part === '') && !text.includes('#');
  return isPlain && protocol === 'http:' && ['127.0.0.1', '[::1]'].includes(hostname) && port !== '' && href === text;
}

/** What a link of a mail or a page that signs people in puts behind the `#` of an address. */
type Name = 'token' | 'code' | 'error';

const given = new URLSearchParams(location.hash.slice(1));
const at = location.pathname;
const names: readonly Name[] = ['token', 'code', 'error'];

// Neither the history nor a picture of the screen keeps it: it is gone before anything else looks.
if (names.some((name) => given.has(name))) {
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
}
// Another link, opened where one is open already, changes the part behind `#` alone and would load nothing.
addEventListener('hashchange', () => {
  const next = new URLSearchParams(location.hash.slice(1));
  if (names.some((name) => next.has(name))) location.reload();
});

/** What the page at this address was opened with; null for nothing, and for any other page. */
export const addressSecret = (name: Name, path: string): string | null => (path === at ? given.get(name) : null);

/** It was used, and is worth nothing any more. */
export function forgetAddressSecrets(): void {
  for (const name of names) given.delete(name);
}

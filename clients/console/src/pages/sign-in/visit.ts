import { client } from '../../app/client.ts';

/** A visit to a page of somebody else that says who it is. */
export type Visit = { readonly provider: string; readonly verifier: string; readonly returnTo: string };

const place = 'sightline-visit';

/** Goes to the provider; it sends the browser back to where it is now, with a code behind the `#`. Never returns. */
export async function startVisit(
  kind: 'sign-in' | 'link',
  { provider, returnTo }: Pick<Visit, 'provider' | 'returnTo'>,
): Promise<void> {
  const input = { provider, returnTo: kind === 'link' ? '/account' : '/sign-in' };
  const started = kind === 'link' ? client.identities.startLink(input) : client.identities.start(input);
  const { url, verifier } = await started;
  // In this tab alone, and gone with it.
  sessionStorage.setItem(place, JSON.stringify({ provider, verifier, returnTo } satisfies Visit));
  location.assign(url);
}

/** The visit that this tab began, once: a code is good once, too. Null where none was begun here. */
export function endVisit(): Visit | null {
  const kept = sessionStorage.getItem(place);
  sessionStorage.removeItem(place);
  return kept === null ? null : (JSON.parse(kept) as Visit);
}

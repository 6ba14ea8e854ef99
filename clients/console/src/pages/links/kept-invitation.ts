const place = 'sightline-invitation';

/** An invitation waits in this tab while somebody signs in or up, which may lead over pages of others. */
export function keepInvitation(token: string | null): void {
  if (token === null) sessionStorage.removeItem(place);
  else sessionStorage.setItem(place, token);
}

export const keptInvitation = (): string | null => sessionStorage.getItem(place);

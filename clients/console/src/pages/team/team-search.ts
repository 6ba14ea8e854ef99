export const teamTabs = ['members', 'teams', 'roles'] as const;
export type TeamTab = (typeof teamTabs)[number];

/** What of the page is seen: which part, and which team or role of it is open. */
export type TeamSearch = { tab?: Exclude<TeamTab, 'members'>; open?: string };

/** What an address says, as far as it makes sense. */
export function teamSearch({ tab, open }: Record<string, unknown>): TeamSearch {
  return {
    ...((tab === 'teams' || tab === 'roles') && { tab }),
    ...(typeof open === 'string' && { open }),
  };
}

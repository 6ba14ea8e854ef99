export const settingsTabs = ['organization', 'privacy', 'features'] as const;
export type SettingsTab = (typeof settingsTabs)[number];

/** What the address says of the page. */
export function settingsSearch({ tab }: Record<string, unknown>): { tab?: SettingsTab } {
  const found = settingsTabs.find((each) => each === tab);
  return found && found !== 'organization' ? { tab: found } : {};
}

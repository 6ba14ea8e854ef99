/** What the server says to the page that it serves, in a `<meta>` of it. */
type PageConfig = {
  /** Where browsers reach the sidecar; null where they cannot. */
  inferenceUrl: string | null;
  /** The login that everybody knows, on a server that answers its own machine alone. */
  demo: { email: string; password: string } | null;
};

function readPageConfig(): PageConfig {
  const said = document.querySelector<HTMLMetaElement>('meta[name="sightline"]')?.content ?? '{}';
  const { inferenceUrl = null, demo = null } = JSON.parse(said) as Partial<PageConfig>;
  return { inferenceUrl, demo };
}

export const pageConfig: Readonly<PageConfig> = readPageConfig();

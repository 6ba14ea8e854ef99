/** What programs of this machine need to run at all, and what an operator says to all of them about proxies and registries. */
const passedOn =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|SystemDrive|windir|ComSpec|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA|ProgramData|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|npm_config_registry)$/i;

/** For the sidecar: not the program's own secrets, nor what it happens to be configured by. */
export function childEnvironment(given: Readonly<Record<string, string>>): Record<string, string> {
  const ours = Object.entries(process.env).filter(([name]) => passedOn.test(name)) as [string, string][];
  // Electron's own executable is Node with this, and a second window without.
  const asNode = 'electron' in process.versions ? { ELECTRON_RUN_AS_NODE: '1' } : {};
  return { ...Object.fromEntries(ours), ...asNode, ...given };
}

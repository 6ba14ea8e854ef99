/**
 * Unless told otherwise, ONNX Runtime (since 1.30 on Linux and macOS, too) reports every session it opens to its maker and
 * keeps a device id in the home folder. It looks for this variable when its library loads, in the process's real
 * environment; a thread has only a copy, so this must happen on the main thread, before the first engine starts.
 */
export function refuseTelemetry(): void {
  // oxlint-disable-next-line node/no-process-env -- not our configuration: the library reads it by itself
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SidecarError } from '../errors.ts';
import type { RawFrame } from '../vision/decode-picture.ts';
import { readPpmFrames } from './ppm.ts';

export type VideoDecoding = AsyncDisposable & {
  /** Ends with the video. Throws SOURCE_UNREADABLE when there is no picture in it. */
  frames: AsyncIterable<RawFrame>;
  /** Known from the first frame on, if the file says it. */
  durationSeconds(): number | null;
};

type Options = {
  /** Program to run. */
  ffmpeg: string;
  /** Path of a local file. */
  file: string;
  /** For messages. */
  name: string;
  startSeconds: number;
  framesPerSecond: number;
  /** No side of a frame is longer. */
  sideMax: number;
};

/**
 * Containers that hold their pictures themselves. Playlists are missing on purpose: a file that only names other files
 * would make ffmpeg read those.
 */
const containers =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,ivf,h264,hevc,m4v,dv,gif,mjpeg,nut,mxf,wtv';

const logBytesMax = 8_192;

/** Decodes a video with the ffmpeg of this machine. Throws FFMPEG_MISSING. Dispose of it: no ffmpeg stays behind. */
export async function startFfmpeg({
  ffmpeg,
  file,
  name,
  startSeconds,
  framesPerSecond,
  sideMax,
}: Options): Promise<VideoDecoding> {
  const scale = `scale=w='min(${sideMax},iw)':h='min(${sideMax},ih)':force_original_aspect_ratio=decrease`;
  const child = spawn(
    ffmpeg,
    [
      ...['-hide_banner', '-nostdin', '-nostats', '-threads', '2'],
      ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', containers],
      ...(startSeconds > 0 ? ['-ss', startSeconds.toFixed(3)] : []),
      ...['-i', `file:${file}`, '-an', '-sn', '-dn'],
      // `up`: each sample is the picture that was shown at that very moment, not one half a sample later.
      ...['-vf', `fps=${framesPerSecond}:round=up,${scale}`],
      ...['-f', 'image2pipe', '-c:v', 'ppm', 'pipe:1'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = once(child, 'exit');
  exited.catch(() => undefined);
  try {
    await once(child, 'spawn');
  } catch (cause) {
    // A folder of PATH that may not be entered answers EACCES, and hides that nothing was found after it.
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw ['ENOENT', 'EACCES', 'ENOTDIR'].includes(code) ? ffmpegMissing() : cause;
  }

  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    duration ??= durationIn(log + text);
    log = (log + text).slice(-logBytesMax);
  });
  let duration: number | null = null;

  async function* frames(): AsyncGenerator<RawFrame> {
    let count = 0;
    for await (const frame of readPpmFrames(child.stdout)) {
      count++;
      yield frame;
    }
    const [code, signal] = (await exited) as [number | null, NodeJS.Signals | null];
    // Someone else ended it: the video is not to blame.
    if (signal !== null) throw new Error(`ffmpeg was ended by ${signal}.`);
    if (count > 0 || (code === 0 && startSeconds > 0)) return;
    throw new SidecarError('SOURCE_UNREADABLE', `${name} cannot be read as a video.`, { internal: { code, log } });
  }

  return {
    frames: frames(),
    durationSeconds: () => duration,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await exited;
      }
    },
  };
}

/** Seconds out of `Duration: 00:01:19.50`. */
function durationIn(log: string): number | null {
  const found = /Duration: (\d+):(\d{2}):(\d{2}(?:\.\d+)?)/.exec(log);
  return found ? Number(found[1]) * 3_600 + Number(found[2]) * 60 + Number(found[3]) : null;
}

const installLines: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'brew install ffmpeg',
  win32: 'winget install Gyan.FFmpeg',
};

function ffmpegMissing(): SidecarError {
  const line =
    installLines[process.platform] ??
    'sudo apt-get install ffmpeg (Debian, Ubuntu) or sudo dnf install ffmpeg (Fedora)';
  return new SidecarError(
    'FFMPEG_MISSING',
    `Videos need ffmpeg, which is not on this machine's PATH. Install it with: ${line}`,
  );
}
